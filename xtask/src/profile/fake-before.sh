#!/bin/sh
# Stands in for the measuring programs of an older revision.
exec "$(dirname "$0")/fake-child.sh" --before "$@"
