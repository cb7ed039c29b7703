#!/bin/sh
# The month end, unattended: settle the month, verify it, prove it. Safe to run again: the same records write nothing new.
# One line for the mail of cron, everything else as JSON lines in the log. The exit code is drgcalc's own.
# usage: month-end.sh REGION [YYYY-MM]        last month when none is named; LOG names another log than month-end.log
set -u
region=$1
month=${2:-$(date -d "$(date +%Y-%m-01) -1 day" +%Y-%m)}
log=${LOG:-month-end.log}

run() { drgcalc "$@" --region "$region" --log-format json >/dev/null 2>>"$log"; }

run settle --month "$month" && run verify "$month" --quiet && run prove "$month" --quiet
code=$?
echo "month-end $month exit $code: $(tail -n 1 "$log")"
exit "$code"
