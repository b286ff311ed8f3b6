package android.content.res

import java.io.Closeable
import java.io.File
import java.io.FileDescriptor
import java.io.FileInputStream
import java.io.InputStream

class AssetFileDescriptor(
  val fileDescriptor: FileDescriptor,
  val startOffset: Long,
  val declaredLength: Long,
  private val owner: Closeable,
) : Closeable {
  override fun close() = owner.close()
}

class AssetManager {
  private fun file(name: String) = File(System.getProperty("assets"), name)

  fun open(name: String): InputStream = file(name).inputStream()

  fun openFd(name: String): AssetFileDescriptor {
    val stream = FileInputStream(file(name))
    return AssetFileDescriptor(stream.fd, 0, file(name).length(), stream)
  }
}
