"""Decodes JPEGs and resizes them to 240 px with another library: library, folder, count. Prints milliseconds of
processor time per image, of all threads."""

import glob
import os
import sys
import time

SIZE = 240
library, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
found = sorted(glob.glob(os.path.join(folder, "*.jpg")))
files = [found[i % len(found)] for i in range(count)]

if library == "pillow":
    import numpy as np
    from PIL import Image

    def run(names):
        for name in names:
            np.asarray(Image.open(name).convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR))

elif library == "opencv":
    import cv2

    cv2.setNumThreads(1)

    def run(names):
        for name in names:
            rgb = cv2.cvtColor(cv2.imread(name), cv2.COLOR_BGR2RGB)
            cv2.resize(rgb, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR_EXACT)

elif library == "tf.data":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    def load(name):
        rgb = tf.image.decode_jpeg(tf.io.read_file(name), channels=3, dct_method="INTEGER_ACCURATE")
        return tf.image.resize(rgb, (SIZE, SIZE))

    def run(names):
        for _ in tf.data.Dataset.from_tensor_slices(names).map(load, num_parallel_calls=2):
            pass

else:
    sys.exit(f"unknown library {library}")

run(files[:8])
started = time.process_time()
run(files)
print(f"{1000 * (time.process_time() - started) / count:.3f}")
