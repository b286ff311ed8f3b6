@file:Suppress("UNUSED_PARAMETER")

package android.content

import android.content.res.AssetManager

open class ContentResolver

/** `assets` reads files of the folder that the system property "assets" names. */
open class Context {
  open val assets = AssetManager()
  open val contentResolver = ContentResolver()
}
