package com.example.tagger

import android.graphics.ImageDecoder
import androidx.test.ext.junit.runners.AndroidJUnit4
import androidx.test.platform.app.InstrumentationRegistry
import java.nio.ByteBuffer
import kotlinx.coroutines.runBlocking
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
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
    val pixels = read(item.getString("letterbox"))
    val difference = meanDifference(pixels, tagger.letterboxed(bitmap))
    // JPEG decoders and color conversions round differently; the index says how much of that is right.
    val tolerance = item.optDouble("tolerance", 0.0)
    assertTrue("$name: pixels differ by $difference (decoding, orientation, color or scaling)", difference <= tolerance)
    // From here on with the bundle's pixels, so that one fault is not reported as three.
    val codes = tagger.codesOf(pixels)
    val expected = item.getJSONArray("codes")
    assertEquals("$name: codes", List(expected.length()) { expected.getInt(it) }, codes.toList())
    val labels = item.getJSONArray("decisions")
    assertEquals("$name: labels", List(labels.length()) { labels.getString(it) }, tagger.decide(codes).map { it.label })
  }

  private fun meanDifference(a: ByteArray, b: ByteArray): Double =
    a.indices.sumOf { Math.abs((a[it].toInt() and 0xff) - (b[it].toInt() and 0xff)) } / a.size.toDouble()

  private fun read(name: String): ByteArray = assets.open(name).use { it.readBytes() }
}
