// python/unlocked.h -- work without the interpreter's lock, counted.
#pragma once
#include <nanobind/nanobind.h>

namespace nescio::python {

// Made and destroyed by a thread that holds the lock; releases it in between.
class Unlocked {
 public:
  Unlocked() = default;
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;
  // How many there are. To be called with the lock held.
  static int running() { return Count::number; }

 private:
  // Counts with the lock held: it is made before the lock is released, and dies after it is taken again.
  struct Count {
    Count() { ++number; }
    ~Count() { --number; }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    static inline int number = 0;
  };
  Count count_;
  nanobind::gil_scoped_release free_;
};

}  // namespace nescio::python
