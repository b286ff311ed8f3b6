@file:Suppress("UNUSED_PARAMETER")

package kotlinx.coroutines

import java.util.concurrent.CompletableFuture
import java.util.concurrent.ExecutorService
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.Continuation
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.resumeWithException
import kotlin.coroutines.startCoroutine
import kotlin.coroutines.suspendCoroutine

interface CoroutineScope

private object Scope : CoroutineScope

class ExecutorCoroutineDispatcher(val executor: ExecutorService) :
  AbstractCoroutineContextElement(object : CoroutineContext.Key<ExecutorCoroutineDispatcher> {})

fun ExecutorService.asCoroutineDispatcher() = ExecutorCoroutineDispatcher(this)

/** Runs `block` on the dispatcher's thread. */
suspend fun <T> withContext(context: CoroutineContext, block: suspend CoroutineScope.() -> T): T =
  suspendCoroutine { caller ->
    val work = Runnable { block.startCoroutine(Scope, caller) }
    (context as ExecutorCoroutineDispatcher).executor.execute {
      try {
        work.run()
      } catch (error: Throwable) {
        caller.resumeWithException(error)
      }
    }
  }

fun <T> runBlocking(block: suspend CoroutineScope.() -> T): T {
  val made = CompletableFuture<T>()
  block.startCoroutine(
    Scope,
    object : Continuation<T> {
      override val context = EmptyCoroutineContext

      override fun resumeWith(result: Result<T>) {
        result.fold({ made.complete(it) }, { made.completeExceptionally(it) })
      }
    },
  )
  return made.get()
}
