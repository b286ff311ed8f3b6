plugins {
  id("com.android.library") version "8.13.2" apply false
  id("org.jetbrains.kotlin.android") version "2.2.21" apply false
}
