# @facts@
# pip install ai-edge-litert numpy Pillow; tagger.py lies beside this file.
from tagger import Tagger

tagger = Tagger()
for label, score in tagger.tags("photo.jpg"):  # @example@
    print(f"{label} {score:.0%}")
