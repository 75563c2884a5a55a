#!/usr/bin/env python3
"""compare.py EXPECTED DTYPE A B: tensors of two recordings, the relative error of each, and whether
it is within the limits. Standard library only; the error is |a - b| / |a| in the Euclidean norm."""

import json
import math
import struct
import sys
from array import array

CODES = {"F32": ("f", 4), "I64": ("q", 8), "U8": ("B", 1)}


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        base = file.tell()
        for name in sorted(header):
            if name == "__metadata__":
                continue
            about = header[name]
            start, end = about["data_offsets"]
            file.seek(base + start)
            data = file.read(end - start)
            if about["dtype"] == "F16":
                numbers = [x for (x,) in struct.iter_unpack("<e", data)]
            elif about["dtype"] in CODES:
                numbers = array(CODES[about["dtype"]][0], data)
            else:
                continue
            yield name, (about["shape"], numbers)


def main():
    expected, dtype = json.load(open(sys.argv[1])), sys.argv[2]
    limits = expected["relative"][dtype]
    a, b = dict(read(sys.argv[3])), dict(read(sys.argv[4]))
    worst, failed = ("", 0.0), []
    for name in sorted(set(a) | set(b)):
        if name not in a or name not in b or a[name][0] != b[name][0]:
            failed.append(f"{name}: missing or of another shape")
            continue
        x, y = a[name][1], b[name][1]
        if name in expected["exact"]:
            if list(x) != list(y):
                failed.append(f"{name}: not the same numbers")
            continue
        size = math.sqrt(math.fsum(v * v for v in x))
        apart = math.sqrt(math.fsum((v - w) ** 2 for v, w in zip(x, y)))
        error = apart / size if size else apart
        fitting = [p for p in limits if name.startswith(p)]
        limit = limits[max(fitting, key=len)] if fitting else limits["default"]
        print(f"{name:40} {error:.2e} {'' if error <= limit else f'over {limit:g}'}")
        if not error <= limit:
            failed.append(f"{name}: {error:.2e} over {limit:g}")
        if not error <= worst[1]:
            worst = (name, error)
    for line in failed:
        print("FAILED", line)
    print(f"{dtype}: {len(a)} tensors, {len(failed)} failed, largest error {worst[1]:.2e} in {worst[0]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
