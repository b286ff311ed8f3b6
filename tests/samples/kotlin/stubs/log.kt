@file:Suppress("UNUSED_PARAMETER")

package android.util

object Log {
  fun w(tag: String?, message: String): Int = 0
}
