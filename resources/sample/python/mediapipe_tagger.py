"""Prints the labels of images with MediaPipe's Image Classifier.

pip install mediapipe numpy Pillow
python mediapipe_tagger.py photo.jpg ...

Two things differ from MediaPipe's own examples. The model gets the letterboxed square, because MediaPipe by itself
stretches or crops the image. And every label has its own threshold, because MediaPipe has one for all of them.
"""
import json
import sys

import mediapipe as mp
from mediapipe.tasks import python as tasks
from mediapipe.tasks.python import vision

from tagger import BUNDLE, decode, letterbox


class MediapipeTagger:
    def __init__(self, bundle=BUNDLE):
        config = json.loads((bundle / "inference_config.json").read_text("utf-8"))
        refused = [side for side in ("input", "output") if config[side]["type"] == "int8"]
        if refused:
            raise ValueError(
                f"MediaPipe refuses models with int8 {' and '.join(refused)}. "
                "Export again with tflite_export.input_type and output_type set to uint8."
            )
        self.size = config["preprocessing"]["letterbox"]["size"]
        self.padding = config["preprocessing"]["letterbox"]["paddingColor"]
        self.rules = config["thresholds"]["perClass"]
        model = str(bundle / config["model"]["file"])
        # max_results=-1 gives all labels; no score_threshold, because the rules decide.
        options = vision.ImageClassifierOptions(
            base_options=tasks.BaseOptions(model_asset_path=model), max_results=-1
        )
        self.classifier = vision.ImageClassifier.create_from_options(options)

    def codes(self, pixels):
        """The code q, 0..255, of each label for letterboxed pixels; the score is q / 256."""
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)
        scores = {one.index: one.score for one in self.classifier.classify(image).classifications[0].categories}
        return [round(scores.get(i, 0) * 256) for i in range(len(self.rules))]

    def decide(self, codes):
        """The labels that are present, with their scores."""
        return [(rule["label"], q / 256) for rule, q in zip(self.rules, codes) if q >= rule["k"]]

    def tags(self, file):
        return self.decide(self.codes(letterbox(decode(file, self.padding), self.size, self.padding)))

    def close(self):
        self.classifier.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tagger = MediapipeTagger()
    for name in sys.argv[1:]:
        print(name, *(f"{label}={score:.3f}" for label, score in tagger.tags(name)))
    tagger.close()
