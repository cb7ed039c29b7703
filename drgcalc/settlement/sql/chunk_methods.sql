-- grain: one row per case of the chunk, in order of file and row: the method beside points that pays it
SELECT c.source_file, c.source_row, r.method
FROM chunk AS c
LEFT JOIN routed AS r -- absent: the case earns points
    ON c.source_file = r.source_file AND c.source_row = r.source_row
ORDER BY c.source_file, c.source_row;
