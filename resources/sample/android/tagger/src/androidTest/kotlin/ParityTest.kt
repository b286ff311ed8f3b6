package com.example.tagger

import android.graphics.ImageDecoder
import androidx.test.ext.junit.runners.AndroidJUnit4
import androidx.test.platform.app.InstrumentationRegistry
import java.nio.ByteBuffer
import kotlinx.coroutines.runBlocking
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith

/** Walks through parity/ on the device and names the first step that differs. */
@RunWith(AndroidJUnit4::class)
class ParityTest {
  private val context = InstrumentationRegistry.getInstrumentation().targetContext
  private val assets = InstrumentationRegistry.getInstrumentation().context.assets

  @Test
  fun everyImageGivesTheStudiosPixelsCodesAndLabels() = runBlocking {
    val items = JSONObject(String(read("parity/index.json"))).getJSONArray("items")
    Tagger.open(context).use { tagger ->
      for (i in 0 until items.length()) check(tagger, items.getJSONObject(i))
    }
  }

  private suspend fun check(tagger: Tagger, item: JSONObject) {
    val name = item.getString("image")
    val bitmap = decodePhoto(ImageDecoder.createSource(ByteBuffer.wrap(read(name))))
    val codes = tagger.codes(bitmap)
    val worst = largestDifference(read(item.getString("letterbox")), tagger.letterboxed())
    assertEquals("$name: letterboxed pixels (decoding, orientation, color space or scaling)", 0, worst)
    val expected = item.getJSONArray("codes")
    assertEquals("$name: codes", List(expected.length()) { expected.getInt(it) }, codes.toList())
    val labels = item.getJSONArray("decisions")
    assertEquals("$name: labels", List(labels.length()) { labels.getString(it) }, tagger.decide(codes).map { it.label })
  }

  private fun largestDifference(a: ByteArray, b: ByteArray): Int =
    a.indices.maxOf { Math.abs((a[it].toInt() and 0xff) - (b[it].toInt() and 0xff)) }

  private fun read(name: String): ByteArray = assets.open(name).use { it.readBytes() }
}
