-- grain: one known hospital
CREATE OR REPLACE TEMP TABLE records_hospitals (
    hospital_id VARCHAR PRIMARY KEY
)
