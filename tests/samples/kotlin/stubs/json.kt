package org.json

/** Reads JSON as Android's org.json does, for the methods that the sample calls. */
class JSONObject private constructor(private val values: Map<String, Any?>) {
  constructor(text: String) : this(Reader(text).read().asMap())

  fun getJSONObject(key: String) = JSONObject(values[key].asMap())

  fun getJSONArray(key: String) = JSONArray(values[key] as List<*>)

  fun getString(key: String) = values.getValue(key) as String

  fun getInt(key: String) = (values.getValue(key) as Double).toInt()

  fun getDouble(key: String) = values.getValue(key) as Double

  fun optDouble(key: String, fallback: Double) = values[key] as? Double ?: fallback

  fun getBoolean(key: String) = values.getValue(key) as Boolean

  internal companion object {
    fun of(value: Any?) = JSONObject(value.asMap())
  }
}

class JSONArray internal constructor(private val values: List<*>) {
  fun length() = values.size

  fun getJSONObject(i: Int) = JSONObject.of(values[i])

  fun getString(i: Int) = values[i] as String

  fun getInt(i: Int) = (values[i] as Double).toInt()
}

@Suppress("UNCHECKED_CAST") private fun Any?.asMap() = this as Map<String, Any?>

private class Reader(private val text: String) {
  private var at = 0

  fun read(): Any? {
    skip()
    return when (text[at]) {
      '{' -> items('}') {
          val key = string()
          skip()
          check(text[at++] == ':')
          key to read()
        }
        .toMap()
      '[' -> items(']') { read() }
      '"' -> string()
      't' -> word("true", true)
      'f' -> word("false", false)
      'n' -> word("null", null)
      else -> Regex("[-+.0-9eE]+").matchAt(text, at)!!.value.also { at += it.length }.toDouble()
    }
  }

  private fun <T> items(end: Char, item: () -> T): List<T> {
    val made = mutableListOf<T>()
    at++
    skip()
    while (text[at] != end) {
      made += item()
      skip()
      if (text[at] == ',') at++
      skip()
    }
    at++
    return made
  }

  private fun string(): String {
    skip()
    val made = StringBuilder()
    at++
    while (text[at] != '"') {
      if (text[at] != '\\') made.append(text[at++])
      else {
        when (val escaped = text[at + 1]) {
          'u' -> made.append(text.substring(at + 2, at + 6).toInt(16).toChar()).also { at += 4 }
          'n' -> made.append('\n')
          't' -> made.append('\t')
          'r' -> made.append('\r')
          'b' -> made.append('\b')
          'f' -> made.append('\u000c')
          else -> made.append(escaped)
        }
        at += 2
      }
    }
    at++
    return made.toString()
  }

  private fun <T> word(word: String, value: T): T {
    at += word.length
    return value
  }

  private fun skip() {
    while (at < text.length && text[at].isWhitespace()) at++
  }
}
