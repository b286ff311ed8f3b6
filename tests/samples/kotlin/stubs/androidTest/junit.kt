@file:Suppress("UNUSED_PARAMETER")

package org.junit

annotation class Test

object Assert {
  @JvmStatic
  fun assertTrue(message: String, condition: Boolean) {
    check(condition) { message }
  }

  @JvmStatic
  fun assertEquals(message: String, expected: Any?, actual: Any?) {
    check(expected == actual) { "$message: expected $expected, got $actual" }
  }
}
