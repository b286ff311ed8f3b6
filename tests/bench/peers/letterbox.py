"""Prints the median and the smallest CPU time, in milliseconds, of OpenCV's letterbox with the same bytes.

Usage: letterbox.py WIDTH HEIGHT. One thread, as on a phone whose other cores are busy.
"""

import sys
import time

import cv2
import numpy

SIZE = 240
RUNS = 60
cv2.setNumThreads(1)


def fit(width, height):
    def other(side, longer):
        return max(1, (2 * side * SIZE + longer) // (2 * longer))

    return (SIZE, other(height, width)) if width >= height else (other(width, height), SIZE)


width, height = map(int, sys.argv[1:])
pixels = numpy.random.default_rng(1).integers(0, 256, (height, width, 3), numpy.uint8)
new_width, new_height = fit(width, height)
left, top = (SIZE - new_width) // 2, (SIZE - new_height) // 2
square = numpy.empty((SIZE, SIZE, 3), numpy.uint8)
scaled = numpy.empty((new_height, new_width, 3), numpy.uint8)
taken = []
for _ in range(RUNS):
    started = time.process_time_ns()
    cv2.resize(pixels, (new_width, new_height), dst=scaled, interpolation=cv2.INTER_LINEAR_EXACT)
    if scaled.shape != square.shape:
        square[:] = 0
    square[top : top + new_height, left : left + new_width] = scaled
    taken.append((time.process_time_ns() - started) / 1e6)
taken.sort()
print(taken[RUNS // 2], taken[0])
