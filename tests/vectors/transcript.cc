// The transcript (docs/spec/transcript.md): a list of steps, and what each shows.
#include "nescio/transcript/transcript.h"

#include "vectors.h"

namespace nescio::vectors {
namespace {

std::string text(const Json& step, const char* name) {
  return step.at(name).get<std::string>();
}

Json run(Transcript& tr, const Json& steps) {
  Json out = Json::array();
  for (const Json& s : steps) {
    const std::string what = text(s, "do");
    if (what == "absorb") {
      tr.absorb(text(s, "kind"), text(s, "label"), bytes(s.at("payload")));
      out.push_back(hex(tr.digest()));
    } else if (what == "challenge") {
      out.push_back(
          with_degree(s, [&](auto zero) -> Json { return hex(tr.challenge<decltype(zero)>(text(s, "label"))); }));
    } else if (what == "indices") {
      out.push_back(tr.indices(text(s, "label"), s.at("count"), s.at("log")));
    } else if (what == "fork") {
      Transcript part = tr.fork(text(s, "label"), s.at("index"), s.at("count"));
      out.push_back(run(part, s.at("steps")));
    } else if (what == "work") {
      out.push_back(tr.check_nonce(text(s, "label"), s.at("bits"), element<F>(s.at("nonce")).canonical()));
    } else if (what == "digest") {
      out.push_back(hex(tr.digest()));
    } else {
      throw std::invalid_argument(what);
    }
  }
  return out;
}

Json steps(const Json& in) {
  Transcript tr(bytes(in.at("domain")));
  return {{"results", run(tr, in.at("steps"))}};
}

Json absorb(const char* kind, const char* label, std::span<const std::uint8_t> payload) {
  return {{"do", "absorb"}, {"kind", kind}, {"label", label}, {"payload", hex(payload)}};
}
Json challenge(const char* label, unsigned degree) {
  return {{"do", "challenge"}, {"label", label}, {"degree", degree}};
}
Json indices(const char* label, std::size_t count, unsigned log) {
  return {{"do", "indices"}, {"label", label}, {"count", count}, {"log", log}};
}
Json digest_step() {
  return {{"do", "digest"}};
}
Json vector(std::string_view domain, Json list) {
  return {{"domain", hex(bytes_of(domain))}, {"steps", std::move(list)}};
}

// Steps after which the smallest nonce of `bits` bits comes, and one that is not enough.
Json work(std::string_view domain, unsigned bits) {
  Transcript tr(bytes_of(domain));
  const std::uint64_t nonce = tr.find_nonce("work", bits);
  const auto step = [&](std::uint64_t n) {
    return Json{{"do", "work"}, {"label", "work"}, {"bits", bits}, {"nonce", hex(F(n))}};
  };
  const auto fork = [&](std::uint64_t index, std::uint64_t n) {
    return Json{{"do", "fork"}, {"label", "part"}, {"index", index}, {"count", 2}, {"steps", {step(n), digest_step()}}};
  };
  return vector(domain, {fork(0, nonce), step(nonce), digest_step(), fork(1, 0), challenge("after", 3)});
}

// After start("nescio vectors") this label's first word is not below p.
constexpr const char* kSkips = "skip 465080546";
Json alone(const Json& step) {
  return vector("nescio vectors", Json::array({step}));
}

}  // namespace

File transcript_file() {
  Source any(1);
  const Bytes element2 = any.bytes(16), digest32 = any.bytes(32), long_payload = any.bytes(1500);
  const Json part = {challenge("zeta", 2), absorb("E", "c0", element2), digest_step()};
  return {"transcript",
          "docs/spec/transcript.md: a transcript and what its steps show",
          {{"steps", steps}},
          {{"start alone", "steps", vector("", Json::array({digest_step()}))},
           {"messages", "steps",
            vector("nescio", {digest_step(), absorb("E", "root.q", element2), absorb("digest", "root", digest32),
                              absorb("bytes", "context", {}), absorb("bytes", "statement", long_payload)})},
           {"a label is no part of its neighbour", "steps",
            vector("nescio", {absorb("E", "ab", element2), challenge("c", 2)})},
           {"challenges", "steps",
            vector("nescio", {challenge("alpha", 2), challenge("alpha", 2), challenge("beta", 3), digest_step(),
                              absorb("E", "h0", element2), challenge("r", 3)})},
           {"a word that is not below p is skipped", "steps", alone(challenge(kSkips, 3))},
           {"a word that is not below p is skipped", "steps", alone(challenge(kSkips, 2))},
           {"no word of indices is skipped", "steps", alone(indices(kSkips, 4, 32))},
           {"more than one block of words", "steps",
            vector("nescio", {indices("query.idx", 11, 13), indices("query.idx", 3, 0), indices("query.idx", 5, 32),
                              digest_step()})},
           {"forks", "steps",
            vector("nescio", {absorb("digest", "root", digest32),
                              {{"do", "fork"}, {"label", "segment"}, {"index", 0}, {"count", 2}, {"steps", part}},
                              {{"do", "fork"}, {"label", "segment"}, {"index", 1}, {"count", 2}, {"steps", part}},
                              digest_step(),
                              challenge("rho", 3)})},
           {"work", "steps", work("nescio", 10)}}};
}

}  // namespace nescio::vectors
