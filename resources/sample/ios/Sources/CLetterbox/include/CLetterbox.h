/* Shows letterbox.h to Swift, which cannot read a macro with a parameter. */
#include "letterbox.h"

static inline int letterbox_scratch(int size) { return LETTERBOX_SCRATCH(size); }
