#!/bin/sh
# Stands in for the measuring programs in tests. What it does depends on the backend's name:
# `crash` dies, `wrong` gives another outcome, `leaky` keeps blocks, `silent` prints no outcome,
# `endless` does not end, `unsteady` never counts the same, `growing` takes 1000 bytes a second more.
# An older revision, with `--before`, does not know `leaky`, takes twice the time, and asks for one
# block less in 1000 inserts.
# `mute` leaves no call sites.
# `hashed` has no order, and `mishashed` gives another outcome of what needs none.
set -eu
workload=- backend=- ledger=time dhat= keys= trace= scale=1 before= column= threshold= soak=
more=', {"name": "leaky", "description": "l"}'
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        echo '{"workloads": [
            {"name": "uniform", "description": "random", "entries": 1000, "quick_entries": 10},
            {"name": "words", "description": "text", "entries": 500, "quick_entries": 5},
            {"name": "keys-file", "description": "yours", "entries": 0, "quick_entries": 0},
            {"name": "trace", "description": "yours", "entries": 0, "quick_entries": 0,
             "needs_order": true}],
          "backends": [{"name": "std", "description": "before"},
            {"name": "pool", "description": "slabs"}, {"name": "crash", "description": "c"},
            {"name": "wrong", "description": "w"}, {"name": "silent", "description": "s"},
            {"name": "endless", "description": "e"}, {"name": "unsteady", "description": "u"},
            {"name": "hashed", "description": "h", "is_unordered": true},
            {"name": "mishashed", "description": "m", "is_unordered": true},
            {"name": "mute", "description": "m"}, {"name": "growing", "description": "g"}'"$more"']}'
        exit 0 ;;
    --workload) workload=$2; shift ;;
    --backend) backend=$2; shift ;;
    --quick) scale=10 ;;
    --before) before=1 more= ;;
    --column) column=$2; shift ;;
    --threshold) threshold=$2; shift ;;
    --soak) soak=$2; shift ;;
    --keys) keys=$2; shift ;;
    --trace) trace=$2; shift ;;
    --dhat-out) ledger=heap dhat=$2; shift ;;
    esac
    shift
done
if [ -n "$keys" ] && grep -q bad "$keys"; then
    echo "keys.txt:2: not a key: bad" >&2
    exit 2
fi
case $trace in
*cut.trace)
    echo "cut.trace: byte 8: the trace is cut off, or was never finished" >&2
    exit 2 ;;
esac
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
hashed) echo "OUTCOME_UNORDERED:fedcba9876543210" ;;
mishashed) echo "OUTCOME_UNORDERED:00000000000000ff" ;;
*) echo "OUTCOME:0123456789abcdef"; echo "OUTCOME_UNORDERED:fedcba9876543210" ;;
esac
if [ "$ledger" = heap ]; then
    if [ "$backend" = leaky ]; then end=2; else end=0; fi
    cat >"$dhat" <<END
{"dhatFileVersion": 2, "mode": "rust-heap", "verb": "Allocated", "pps": [
  {"tb": 4096, "tbk": 8, "tl": 9, "mb": 2048, "mbk": 4, "gb": 2048, "gbk": 4,
   "eb": $((end * 512)), "ebk": $end, "fs": [1, 2, 3, 4, 5, 6]},
  {"tb": 1024, "tbk": 2, "tl": 9, "mb": 1024, "mbk": 2, "gb": 1024, "gbk": 2,
   "eb": 0, "ebk": 0, "fs": [1, 2, 3, 7, 5, 6]},
  {"tb": 64, "tbk": 1, "tl": 9, "mb": 64, "mbk": 1, "gb": 0, "gbk": 0,
   "eb": 64, "ebk": 1, "fs": [1, 8]}],
"ftbl": ["[root]",
  "0x$$1: alloc (dhat-0.3.3/src/lib.rs:1176:9)",
  "0x$$2: obtain<Counting<Global>> (src/raw/obtain.rs:15:17)",
  "0x$$3: allocate_leaf<&str, u64> (src/raw/node.rs:181:9)",
  "0x$$4: insert<&str, u64> (src/map/mod.rs:318:14)",
  "0x$$5: insert_all<&str> (allotment-workload/src/run.rs:79:18)",
  "0x$$6: measure_heap (allotment-profile/src/heap.rs:118:19)",
  "0x$$7: clone<&str, u64> (src/map/traits.rs:63:14)",
  "0x$$8: of_phase (allotment-profile/src/report.rs:66:22)"]}
END
    if [ "$backend" = mute ]; then echo "{}" >"$dhat"; fi
    echo 'DETAIL:size_classes:[{"bytes":512,"requests":10,"frees":8,"live":6}]'
    echo 'DETAIL:timeline:{"phase":["build","build","drop"],"ops":[10,100,120],'\
'"live_bytes":[512,5120,0],"heap_bytes":[4096,8192,0]}'
    echo 'DETAIL:lifetimes:[{"below":2,"blocks":7},{"below":null,"blocks":3}]'
    echo 'DETAIL:fill:[0,0,0,0,0,1,2,5,3,1]'
    echo "METRIC:build.ops:$((1000 / scale)):count"
    requests=$((40 / scale))
    if [ -n "$before" ]; then requests=$((39 / scale)); fi
    if [ "$backend" = unsteady ]; then requests=$$; fi
    echo "METRIC:build.requests:$requests:count"
    echo "METRIC:build.heap_blocks:$((40 / scale)):count"
    echo "METRIC:all.entries:$((1000 / scale)):count"
    echo "METRIC:all.heap_peak_bytes:27000:bytes"
    echo "METRIC:all.page_peak_bytes:1048576:bytes"
    echo "METRIC:all.end_blocks:$end:count"
    echo "METRIC:all.end_bytes:$((end * 512)):bytes"
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
    echo 'DETAIL:pauses:[{"op":"insert","cause":"node","count":3,"p50":400,"p99":9000,"p999":9000,'\
'"max":9000,"over":0,"buckets":[[400,2],[9000,1]]},{"op":"insert","cause":"nothing","count":997,'\
'"p50":60,"p99":90,"p999":120,"max":130,"over":0,"buckets":[[60,900],[90,90],[130,7]]}]'
fi
