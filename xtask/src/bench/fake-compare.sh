#!/bin/sh
# Stands in for the measuring programs in tests. What it does depends on the rows it is to run:
# `crash` dies, `wrong` finds answers that differ, `short` leaves a row out.
set -eu
size=- rows=
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        echo '{"tables": [
            {"name": "u64", "title": "numbers", "unit": "ns/op", "sizes": [1000, 2000],
             "quick_sizes": [1000], "contenders": ["std", "pool", "brie"],
             "rows": [{"name": "get", "about": "look-ups"}, {"name": "drop", "about": ""}]},
            {"name": "bad", "title": "faults", "unit": "ns/op", "sizes": [],
             "quick_sizes": [1000], "contenders": ["std", "pool"],
             "rows": [{"name": "crash", "about": ""}, {"name": "wrong", "about": ""},
                      {"name": "short", "about": ""}]}]}'
        exit 0 ;;
    --size) size=$2; shift ;;
    --row) rows="$rows $2"; shift ;;
    --table | --contender | --rounds) shift ;;
    esac
    shift
done
for row in $rows; do
    case $row in
    crash) echo "out of luck" >&2; kill -ABRT $$ ;;
    wrong) echo "error: wrong: pool answers 1, std 2" >&2; exit 1 ;;
    short) exit 0 ;;
    esac
    echo "{\"row\": \"$row\", \"size\": $size, \"cells\": [
        {\"contender\": \"std\", \"samples\": [20, 10, 30]},
        {\"contender\": \"pool\", \"samples\": [5, 6, 7]},
        {\"contender\": \"brie\", \"samples\": [4, 5, 6], \"substitute\": \"a loop\"}]}" | tr -d '\n'
    echo
done
