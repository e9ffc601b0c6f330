// api/environment.h -- what programs around the library need beside it: errors, files, threads.
#pragma once
#include "nescio/base/error.h"
#include "nescio/base/file.h"
#include "nescio/base/parallel.h"
#include "nescio/base/process.h"
