/* Swift packages need one file to compile for each C target. */
#include "CLetterbox.h"
