package com.example.tagger

/** A label that is present, with its score q / 256. */
data class Tag(val label: String, val score: Float)

/** Input of a model that takes bytes: the pixels as they are for UINT8, the pixels minus 128 for INT8. */
internal fun encode(pixels: ByteArray, type: IoType, out: ByteArray) {
  // Subtracting 128 flips the highest bit.
  val flip = if (type == IoType.INT8) 0x80 else 0
  for (i in pixels.indices) out[i] = (pixels[i].toInt() xor flip).toByte()
}

/** Input of a model that takes FLOAT32. */
internal fun encode(pixels: ByteArray, config: ModelConfig, out: FloatArray) {
  // Kotlin's bytes are signed, pixels are not.
  for (i in pixels.indices) out[i] = ((pixels[i].toInt() and 0xff) - config.mean) / config.std
}

/** The codes q, 0..255, that a model gave as bytes. */
internal fun codesOf(output: ByteArray, type: IoType): IntArray =
  IntArray(output.size) { if (type == IoType.INT8) output[it] + 128 else output[it].toInt() and 0xff }

/** The codes q, 0..255, that a model gave as scores. */
internal fun codesOf(output: FloatArray): IntArray = IntArray(output.size) { Math.round(output[it] * 256f) }

/** The labels that are present. Integers are compared, so no rounding can move a decision. */
internal fun decide(rules: List<Rule>, codes: IntArray): List<Tag> =
  rules.indices.filter { codes[it] >= rules[it].k }.map { Tag(rules[it].label, codes[it] / 256f) }
