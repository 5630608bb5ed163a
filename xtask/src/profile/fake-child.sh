#!/bin/sh
# Stands in for the measuring programs in tests. What it does depends on the backend's name:
# `crash` dies, `wrong` gives another outcome, `leaky` keeps blocks, `silent` prints no outcome,
# `endless` does not end, `unsteady` never counts the same, `growing` takes 1000 bytes a second more.
# An older revision, with `--before`, does not know `leaky`, takes twice the time, and asks for one
# block less in 1000 inserts.
set -eu
workload=- backend=- ledger=time dhat= keys= scale=1 before= column= threshold= soak=
more=', {"name": "leaky", "description": "l"}'
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        echo '{"workloads": [
            {"name": "uniform", "description": "random", "entries": 1000, "quick_entries": 10},
            {"name": "words", "description": "text", "entries": 500, "quick_entries": 5}],
          "backends": [{"name": "std", "description": "before"},
            {"name": "pool", "description": "slabs"}, {"name": "crash", "description": "c"},
            {"name": "wrong", "description": "w"}, {"name": "silent", "description": "s"},
            {"name": "endless", "description": "e"}, {"name": "unsteady", "description": "u"},
            {"name": "growing", "description": "g"}'"$more"']}'
        exit 0 ;;
    --workload) workload=$2; shift ;;
    --backend) backend=$2; shift ;;
    --quick) scale=10 ;;
    --before) before=1 more= ;;
    --column) column=$2; shift ;;
    --threshold) threshold=$2; shift ;;
    --soak) soak=$2; shift ;;
    --keys) keys=$2; shift ;;
    --dhat-out) ledger=heap dhat=$2; shift ;;
    esac
    shift
done
if [ -n "$keys" ] && grep -q bad "$keys"; then
    echo "keys.txt:2: not a key: bad" >&2
    exit 2
fi
if [ -n "$soak" ]; then
    second=0
    while [ "$second" -lt 120 ]; do
        grown=0
        if [ "$backend" = growing ]; then grown=$((1000 * second)); fi
        # Whole pages, and one more now and then.
        pages=$((5000 + grown / 4096 + second * second % 3 / 2))
        echo "SOAK:$second:$((4096 * pages)):77000"
        second=$((second + 1))
    done
    if [ "$backend" = endless ]; then exec sleep 600; fi
    exit 0
fi
case $backend in
endless) exec sleep 600 ;;
crash) echo "out of luck" >&2; kill -ABRT $$ ;;
silent) exit 0 ;;
wrong) echo "OUTCOME:00000000000000ff" ;;
*) echo "OUTCOME:0123456789abcdef" ;;
esac
if [ "$ledger" = heap ]; then
    echo '{"dhat": true}' >"$dhat"
    echo "METRIC:build.ops:$((1000 / scale)):count"
    requests=$((40 / scale))
    if [ -n "$before" ]; then requests=$((39 / scale)); fi
    if [ "$backend" = unsteady ]; then requests=$$; fi
    echo "METRIC:build.requests:$requests:count"
    echo "METRIC:build.heap_blocks:$((40 / scale)):count"
    echo "METRIC:all.entries:$((1000 / scale)):count"
    echo "METRIC:all.heap_peak_bytes:27000:bytes"
    echo "METRIC:all.page_peak_bytes:1048576:bytes"
    if [ "$backend" = leaky ]; then end=2; else end=0; fi
    echo "METRIC:all.end_blocks:$end:count"
    if [ -n "$column" ]; then echo "METRIC:all.column:$column:count"; fi
else
    ops=$((1000 / scale))
    if [ "$backend" = unsteady ]; then ops=$$; fi
    echo "METRIC:build.ops:$ops:count"
    if [ "$backend" = pool ]; then nanos=50000; else nanos=100000; fi
    if [ -n "$before" ]; then nanos=$((2 * nanos)); fi
    echo "METRIC:build.nanos:$nanos:ns"
    echo "SAMPLES:build.nanos:$((nanos + 20)),$nanos,$((nanos + 10))"
    if [ -n "$threshold" ]; then echo "METRIC:all.pause_threshold_ns:$threshold:ns"; fi
fi
