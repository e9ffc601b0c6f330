// onnx/hostile_test.cc -- whatever the bytes, an Error and no more; external data stays inside the model's folder.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "nescio/onnx/external_data.h"
#include "nescio/onnx/import.h"
#include "nescio/onnx/model_fixture.h"

namespace nescio {
namespace {

namespace fs = std::filesystem;

// Uses most operators of the registry once.
ModelBuilder rich_model() {
  ModelBuilder m(13);
  m.input("x", {-1, 3, 4}).output("y").output("k").output("c");
  m.reals("w", {4, 2}, Reals(8, 0.5f)).reals("s", {3}, {1, 2, 3}).ints("shape", {2}, {0, -1}).ints("at", {1}, {1});
  m.ints("starts", {1}, {-1}).ints("ends", {1}, {-9999}).ints("minus", {1}, {-1}).reals("half", {}, {0.5f});
  m.node("BatchNormalization", {"x", "s", "s", "s", "s"}, {"n"}).node("MatMul", {"n", "w"}, {"h"});
  m.node("Clip", {"h", "half", ""}, {"p"}).node("LeakyRelu", {"p"}, {"q"}, {{"alpha", 0.1f}});
  m.node("Transpose", {"q"}, {"t"}, {{"perm", Ints{0, 2, 1}}})
      .node("Gather", {"t", "at"}, {"g"}, {{"axis", std::int64_t{1}}});
  m.node("Split", {"t"}, {"a", "b"}, {{"axis", std::int64_t{1}}})
      .node("Concat", {"a", "g"}, {"d"}, {{"axis", std::int64_t{2}}});
  m.node("Slice", {"d", "starts", "ends", "minus", "minus"}, {"e"}).node("Reshape", {"e", "shape"}, {"f"});
  m.node("Unsqueeze", {"f", "at"}, {"u"}).node("Squeeze", {"u"}, {"v"}).node("Flatten", {"u"}, {"y"});
  m.node("Shape", {"u"}, {"z"}).node("ConstantOfShape", {"z"}, {"o"}).node("Add", {"o", "u"}, {"r"});
  m.node("ArgMax", {"r"}, {"k"}, {{"axis", std::int64_t{-1}}}).node("Greater", {"r", "half"}, {"i"});
  m.node("Cast", {"i"}, {"c"}, {{"to", std::int64_t{1}}});
  return m;
}

ImportOptions small_budget() {
  ImportOptions options;
  options.fold_budget = 1 << 16;
  return options;
}

TEST(Hostile, TheModelItselfIsSound) {
  const auto g = rich_model().import();
  ASSERT_TRUE(g.ok()) << to_string(g.error());
}

TEST(Hostile, EveryTruncationIsAnErrorOrASmallerModel) {
  const std::string bytes = rich_model().proto.SerializeAsString();
  std::size_t errors = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    errors += !ModelBuilder::import_bytes(bytes.substr(0, n), small_budget()).ok();
  }
  // Cut between two fields of the model it may still be one: only the tail after the graph can go.
  EXPECT_GE(errors, bytes.size() - 60);
}

TEST(Hostile, RandomMutationsNeverCrash) {
  const std::string bytes = rich_model().proto.SerializeAsString();
  std::mt19937 rng(7);
  std::size_t accepted = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string mutant = bytes;
    for (std::uint32_t k = 0; k <= rng() % 4; ++k) {
      const std::size_t at = rng() % mutant.size();
      switch (rng() % 4) {
        case 0:
          mutant[at] = static_cast<char>(rng());
          break;
        case 1:
          mutant[at] = static_cast<char>(mutant[at] ^ (1 << (rng() % 8)));
          break;
        case 2:
          mutant.erase(at, rng() % 5);
          break;
        default:
          mutant.insert(at, mutant.substr(rng() % mutant.size(), rng() % 9));
          break;
      }
    }
    const auto g = ModelBuilder::import_bytes(mutant, small_budget());
    if (g.ok()) {
      ++accepted;
      EXPECT_TRUE(validate(*g).ok());
    }
  }
  EXPECT_GT(accepted, 100u);  // mutations that reach past the parser
}

TEST(Hostile, MutatedFieldsNeverCrash) {
  // Numbers of the parsed model, replaced by extreme ones: reaches deeper than flipped bytes.
  const std::int64_t extremes[] = {0,
                                   1,
                                   -1,
                                   2,
                                   7,
                                   -5,
                                   1 << 20,
                                   std::int64_t{1} << 33,
                                   std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min()};
  std::mt19937 rng(11);
  const auto extreme = [&] { return extremes[rng() % std::size(extremes)]; };
  for (int round = 0; round < 4000; ++round) {
    ModelBuilder m = rich_model();
    auto* g = m.proto.mutable_graph();
    auto* node = g->mutable_node(static_cast<int>(rng() % static_cast<std::uint32_t>(g->node_size())));
    auto* constant =
        g->mutable_initializer(static_cast<int>(rng() % static_cast<std::uint32_t>(g->initializer_size())));
    switch (rng() % 6) {
      case 0:
        if (node->attribute_size() > 0) node->mutable_attribute(0)->set_i(extreme());
        if (node->attribute_size() > 0 && node->attribute(0).ints_size() > 0)
          node->mutable_attribute(0)->set_ints(0, extreme());
        break;
      case 1:
        if (constant->int64_data_size() > 0) constant->set_int64_data(0, extreme());
        break;
      case 2:
        if (constant->dims_size() > 0) constant->set_dims(0, extreme());
        break;
      case 3:
        g->mutable_input(0)
            ->mutable_type()
            ->mutable_tensor_type()
            ->mutable_shape()
            ->mutable_dim(static_cast<int>(rng() % 3))
            ->set_dim_value(extreme());
        break;
      case 4:
        if (node->input_size() > 0) {
          node->set_input(
              static_cast<int>(rng() % static_cast<std::uint32_t>(node->input_size())),
              g->initializer(static_cast<int>(rng() % static_cast<std::uint32_t>(g->initializer_size()))).name());
        }
        break;
      default:
        node->set_op_type(g->node(static_cast<int>(rng() % static_cast<std::uint32_t>(g->node_size()))).op_type());
        break;
    }
    m.proto.mutable_opset_import(0)->set_version(6 + rng() % 20);
    const auto imported = m.import(small_budget());
    EXPECT_TRUE(!imported.ok() || validate(*imported).ok());
  }
}

// `bytes` as the length-delimited field `field` of a message.
std::string wrapped(const std::string& bytes, int field) {
  std::string out(1, static_cast<char>(field << 3 | 2));
  std::size_t n = bytes.size();
  for (; n >= 128; n >>= 7) out.push_back(static_cast<char>((n & 127) | 128));
  out.push_back(static_cast<char>(n));
  return out + bytes;
}

TEST(Hostile, DeepNestingIsAnError) {
  onnx::ModelProto model;
  model.add_opset_import()->set_version(17);
  std::string graph;
  // A graph is the attribute of a node of a graph: GraphProto.node, NodeProto.attribute, AttributeProto.g.
  for (int depth = 0; depth < 3000; ++depth) graph = wrapped(wrapped(wrapped(graph, 6), 5), 1);
  expect_error(ModelBuilder::import_bytes(model.SerializeAsString() + wrapped(graph, 7)), ErrorCode::kModel,
               "not an ONNX model");
}

TEST(Hostile, SizeLimit) {
  ImportOptions options;
  options.max_bytes = 10;
  expect_error(ModelBuilder::import_bytes(rich_model().proto.SerializeAsString(), options), ErrorCode::kMemory,
               "bytes");
  expect_error(ModelBuilder::import_bytes(""), ErrorCode::kModel, "no graph");
}

class ExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("nescio_external_" + std::to_string(getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "model" / "weights");
    write(root_ / "secret.bin", std::string(64, 's'));
    write(root_ / "model" / "weights" / "w.bin", std::string("\0\0\0\0\0\0\x80\x3f\0\0\0\x40", 12));  // 0, 1, 2
    fs::create_symlink(root_ / "secret.bin", root_ / "model" / "link.bin");
    fs::create_directory_symlink(root_, root_ / "model" / "up");
    ASSERT_EQ(mkfifo((root_ / "model" / "pipe").c_str(), 0600), 0);
  }
  void TearDown() override { fs::remove_all(root_); }
  static void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  static ModelBuilder model(const std::vector<std::pair<std::string, std::string>>& entries) {
    ModelBuilder m(17);
    m.input("x", {2}).output("y").node("Add", {"x", "w"}, {"y"});
    auto* w = m.tensor("w", {2}, onnx::TensorProto::FLOAT);
    w->set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      auto* e = w->add_external_data();
      e->set_key(key);
      e->set_value(value);
    }
    return m;
  }
  ImportOptions options() const { return {.directory = (root_ / "model").string()}; }

  fs::path root_;
};

TEST_F(ExternalData, IsReadFromTheModelsFolder) {
  const auto m = model({{"location", "weights/w.bin"}, {"offset", "4"}, {"length", "8"}});
  EXPECT_EQ(m.run({{10, 10}}, options())[0].reals(), (std::vector<double>{11, 12}));
  // The same through a file, whose folder is taken from its path.
  write(root_ / "model" / "m.onnx", m.proto.SerializeAsString());
  EXPECT_TRUE(import_onnx_file((root_ / "model" / "m.onnx").string()).ok());
  EXPECT_TRUE(model({{"location", "weights/w.bin"}}).import(options()).ok());
}

TEST_F(ExternalData, NeverLeavesTheFolder) {
  for (const std::string location :
       {"../secret.bin", "weights/../../secret.bin", "/etc/passwd", "link.bin", "up/secret.bin", "pipe", "weights", "",
        ".", "./weights/w.bin", "weights//w.bin", "weights/w.bin/", "weights\\w.bin"}) {
    SCOPED_TRACE(location);
    const auto g = model({{"location", location}}).import(options());
    ASSERT_FALSE(g.ok());
    EXPECT_STREQ(error_name(g.error().code), "E_MODEL") << to_string(g.error());
  }
  expect_error(model({{"location", (root_ / "model/weights/w.bin").string()}}).import(options()), ErrorCode::kModel,
               "inside");
  expect_error(model({{"location", std::string("weights/w.bin\0x", 15)}}).import(options()), ErrorCode::kModel,
               "portable");
  expect_error(model({{"location", "weights/none.bin"}}).import(options()), ErrorCode::kIo, "cannot be opened");
  expect_error(model({{"location", "weights/w.bin"}}).import(), ErrorCode::kModel, "not known");
}

TEST_F(ExternalData, RangesLieInsideTheFile) {
  const std::vector<std::pair<std::string, std::string>> wrong[] = {
      {{"offset", "5"}},
      {{"offset", "18446744073709551615"}},
      {{"offset", "18446744073709551616"}},
      {{"offset", "-4"}},
      {{"offset", "4x"}},
      {{"length", "7"}},
      {{"length", ""}},
      {{"offset", "13"}},
  };
  for (auto entries : wrong) {
    entries.emplace_back("location", "weights/w.bin");
    expect_error(model(entries).import(options()), ErrorCode::kModel, "'w'");
  }
}

TEST_F(ExternalData, HugeTensorsAreRefusedBeforeMemoryIsReserved) {
  auto m = model({{"location", "weights/w.bin"}});
  m.proto.mutable_graph()->mutable_initializer(0)->set_dims(0, kMaxElements);
  expect_error(m.import(options()), ErrorCode::kModel, "ends before");
}

}  // namespace
}  // namespace nescio
