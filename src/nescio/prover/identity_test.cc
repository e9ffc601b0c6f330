// The same proof, byte for byte, whatever makes it: 1, 2 or 7 threads, each instruction set of this machine.
#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "nescio/base/parallel.h"
#include "nescio/field/isa.h"
#include "nescio/prover/every_relation.h"
#include "nescio/prover/prove.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

// Runs body with n threads, whatever the number of cores: it begins when all of them have been seen at work at once.
void with_threads(unsigned n, const std::function<void()>& body) {
  set_num_threads(n);
  tbb::task_arena arena(static_cast<int>(n));
  arena.execute([&] {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    const auto all = [&] {
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
      return seen.size() >= n;
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    parallel_for(std::size_t{64} * n, 1, [&](std::size_t, std::size_t) {
      while (!all() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    });
    EXPECT_EQ(seen.size(), n);
    body();
  });
  set_num_threads(0);
}

struct Case {
  EveryRelation net{2, 0, 1500};  // enough for work to be divided
  VerifyingKey key;
  explicit Case(const soundness::SearchOptions& options) {
    auto made = make_key(net.circuit(), net.bindings, options);
    NESCIO_CHECK(made.ok());
    key = std::move(*made);
    net.fit(key);
  }
  std::vector<std::uint8_t> prove_it() const {
    Digest seed{};
    seed.bytes[3] = 9;
    const auto proof = prove({key, net.witness, net.statement, {}, {}}, SecretDigest(seed));
    EXPECT_TRUE(proof.ok());
    return proof.ok() ? *proof : std::vector<std::uint8_t>();
  }
};

TEST(Identity, bytes_of_a_proof) {
  for (const auto& [degree, bits] : {std::pair{2, 100}, std::pair{3, 128}}) {
    soundness::SearchOptions options;
    options.degree = static_cast<std::uint8_t>(degree);
    options.security_bits = static_cast<std::uint8_t>(bits);
    const Case c(options);
    const Isa chosen = active_isa();
    set_isa(Isa::kScalar);
    std::vector<std::uint8_t> expected;
    with_threads(1, [&] { expected = c.prove_it(); });
    EXPECT_TRUE(verify(*verify_key(c.key), c.net.statement, {}, {}, expected).ok());
    for (const Isa isa : kAllIsas) {
      if (!isa_available(isa)) continue;
      set_isa(isa);
      for (const unsigned threads : {1U, 2U, 7U})
        with_threads(threads, [&] { EXPECT_EQ(c.prove_it(), expected) << isa_name(isa) << ", " << threads; });
    }
    set_isa(chosen);
  }
}

}  // namespace
}  // namespace nescio
