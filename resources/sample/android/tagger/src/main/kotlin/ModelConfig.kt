package com.example.tagger

import org.json.JSONObject

/** Type of the numbers that the model takes or gives. */
enum class IoType { UINT8, INT8, FLOAT32 }

/** A label is present when its code q is at least k; k = 256 means never. */
class Rule(val label: String, val k: Int)

/** What inference_config.json says about the model. */
class ModelConfig(
  val modelFile: String,
  val size: Int,
  /** Red, green and blue of the area beside images that are not square, and under transparent pixels. */
  val padding: IntArray,
  val input: IoType,
  val output: IoType,
  val mean: Float,
  val std: Float,
  /** In the order of the model's outputs. */
  val rules: List<Rule>,
) {
  companion object {
    fun parse(json: String): ModelConfig {
      val config = JSONObject(json)
      val preprocessing = config.getJSONObject("preprocessing")
      val letterbox = preprocessing.getJSONObject("letterbox")
      val normalization = preprocessing.getJSONObject("normalization")
      val padding = letterbox.getJSONArray("paddingColor")
      val perClass = config.getJSONObject("thresholds").getJSONArray("perClass")
      return ModelConfig(
        modelFile = config.getJSONObject("model").getString("file"),
        size = letterbox.getInt("size"),
        padding = IntArray(3) { padding.getInt(it) },
        input = IoType.valueOf(config.getJSONObject("input").getString("type").uppercase()),
        output = IoType.valueOf(config.getJSONObject("output").getString("type").uppercase()),
        mean = normalization.getDouble("mean").toFloat(),
        std = normalization.getDouble("std").toFloat(),
        rules = List(perClass.length()) {
          val rule = perClass.getJSONObject(it)
          Rule(rule.getString("label"), rule.getInt("k"))
        },
      )
    }
  }
}
