#!/bin/sh
# Stands in for the measuring programs in tests. What it does depends on the backend's name:
# `crash` dies, `wrong` gives another outcome, `leaky` keeps blocks, `silent` prints no outcome,
# `hashed` has no order, and `mishashed` gives another outcome of what needs none.
set -eu
workload=- backend=- ledger=time dhat= keys= scale=1
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        echo '{"workloads": [
            {"name": "uniform", "description": "random", "entries": 1000, "quick_entries": 10},
            {"name": "words", "description": "text", "entries": 500, "quick_entries": 5}],
          "backends": [{"name": "std", "description": "before"},
            {"name": "pool", "description": "slabs"}, {"name": "crash", "description": "c"},
            {"name": "wrong", "description": "w"}, {"name": "leaky", "description": "l"},
            {"name": "silent", "description": "s"}, {"name": "hashed", "description": "h"},
            {"name": "mishashed", "description": "m"}]}'
        exit 0 ;;
    --workload) workload=$2; shift ;;
    --backend) backend=$2; shift ;;
    --quick) scale=10 ;;
    --keys) keys=$2; shift ;;
    --dhat-out) ledger=heap dhat=$2; shift ;;
    esac
    shift
done
if [ -n "$keys" ] && grep -q bad "$keys"; then
    echo "keys.txt:2: not a key: bad" >&2
    exit 2
fi
case $backend in
crash) echo "out of luck" >&2; kill -ABRT $$ ;;
silent) exit 0 ;;
wrong) echo "OUTCOME:00000000000000ff" ;;
hashed) echo "OUTCOME_UNORDERED:fedcba9876543210" ;;
mishashed) echo "OUTCOME_UNORDERED:00000000000000ff" ;;
*) echo "OUTCOME:0123456789abcdef"; echo "OUTCOME_UNORDERED:fedcba9876543210" ;;
esac
if [ "$ledger" = heap ]; then
    echo '{"dhat": true}' >"$dhat"
    echo "METRIC:build.ops:$((1000 / scale)):count"
    echo "METRIC:build.requests:$((40 / scale)):count"
    echo "METRIC:build.heap_blocks:$((40 / scale)):count"
    echo "METRIC:all.entries:$((1000 / scale)):count"
    echo "METRIC:all.heap_peak_bytes:27000:bytes"
    echo "METRIC:all.page_peak_bytes:1048576:bytes"
    if [ "$backend" = leaky ]; then end=2; else end=0; fi
    echo "METRIC:all.end_blocks:$end:count"
else
    echo "METRIC:build.ops:$((1000 / scale)):count"
    if [ "$backend" = pool ]; then nanos=50000; else nanos=100000; fi
    echo "METRIC:build.nanos:$nanos:ns"
fi
