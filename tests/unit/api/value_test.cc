#include "exporter/api/value.h"

#include <nlohmann/json.hpp>
#include <random>

#include "tests/catch.h"

using namespace taskqueue;
using nlohmann::json;

namespace {

constexpr int levels = 32;

bool is_json(std::string_view text) { return Document::parse(text, levels).has_value(); }

/// The same in the other library's terms.
json translated(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return nullptr;
    case Value::Kind::boolean: return true;
    case Value::Kind::number: return json::parse(value.text());
    case Value::Kind::text: return std::string(value.text());
    case Value::Kind::array: {
      json all = json::array();
      for (const Value& each : value) all.push_back(translated(each));
      CHECK(all.size() == value.size());
      return all;
    }
    case Value::Kind::object: {
      json all = json::object();
      std::size_t members = 0;
      for (const Value& each : value) {
        ++members;
        all[std::string(each.key())] = translated(each);
      }
      CHECK(members == value.size());
      return all;
    }
  }
  return {};
}

/// Texts that are JSON or nearly so.
class Scribe {
 public:
  explicit Scribe(unsigned seed) : random_(seed) {}

  std::string text() {
    std::string all = value(4);
    for (int slips = pick(3); slips > 0 && !all.empty(); --slips) slip(all);
    return all;
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  template <std::size_t count>
  std::string one_of(const char* const (&choices)[count]) {
    return choices[pick(static_cast<int>(count))];
  }
  std::string space() { return one_of({"", "", "", " ", "\n\t", "\r"}); }
  std::string string() {
    std::string all = "\"";
    for (int parts = pick(4); parts > 0; --parts) {
      all += one_of({"a", "TaskId", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\u4e2d", "\\ud83d\\ude00", "\xc3\xa9",
                     "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\\ud800", "\xff", "\xc3", "\\x", "\\u12", "[{", " "});
    }
    return all + "\"";
  }
  std::string value(int depth) {
    const int kind = pick(depth > 0 ? 8 : 5);
    if (kind == 0) return one_of({"null", "true", "nul"});
    if (kind == 1)
      return one_of(
          {"0", "-1", "12", "3.5", "1e3", "-0.1E-2", "01", "1.", ".5", "-", "+1", "1e", "99999999999999999999"});
    if (kind < 5) return string();
    const bool is_list = kind == 5;
    std::string all = is_list ? "[" : "{";
    const int members = pick(4);
    for (int i = 0; i < members; ++i) {
      if (i > 0) all += ",";
      all += space();
      if (!is_list) all += "\"k" + std::to_string(i) + "\"" + space() + ":" + space();
      all += value(depth - 1) + space();
    }
    return all + (is_list ? "]" : "}");
  }
  void slip(std::string& all) {
    const auto at = static_cast<std::size_t>(pick(static_cast<int>(all.size())));
    if (pick(3) == 0) {
      all.resize(at);
    } else if (pick(2) == 0) {
      all.erase(at, 1);
    } else {
      all[at] = "{}[],:\"\\u0-"[pick(11)];
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("what is JSON and what it says is the same for another parser", "[api][value]") {
  const auto seed = GENERATE(range(0U, 4000U));
  const std::string text = Scribe(seed).text();
  const json other = json::parse(text, nullptr, false);
  const auto ours = Document::parse(text, levels);
  CAPTURE(seed, text);
  REQUIRE(ours.has_value() != other.is_discarded());
  if (ours) CHECK(translated(ours->root()) == other);
}

TEST_CASE("members are found by name, in objects only", "[api][value]") {
  const auto parsed = Document::parse(R"({"a":[1,{"b":2}],"c":"x","":3})", levels);
  REQUIRE(parsed);
  const Value& root = parsed->root();
  REQUIRE(root.find("a") != nullptr);
  CHECK(root.find("a")->size() == 2);
  CHECK(root.find("c")->text() == "x");
  CHECK(root.find("")->text() == "3");
  CHECK(root.find("b") == nullptr);
  CHECK(root.find("a")->find("b") == nullptr);
  const Value& inner = *std::next(root.find("a")->begin());
  CHECK(inner.find("b")->text() == "2");
}

TEST_CASE("a document with another root keeps what it is part of", "[api][value]") {
  Document inner;
  {
    const auto whole =
        Document::parse(R"({"Response":{"text":"a long text that no small string could hold"}})", levels);
    REQUIRE(whole);
    inner = whole->at(*whole->root().find("Response"));
  }
  CHECK(inner.root().find("text")->text() == "a long text that no small string could hold");
}

TEST_CASE("depth is limited, and zero bytes are no end", "[api][value]") {
  CHECK(is_json(std::string(32, '[') + std::string(32, ']')));
  CHECK_FALSE(is_json(std::string(33, '[') + std::string(33, ']')));
  CHECK_FALSE(is_json(std::string(2000000, '[')));
  CHECK_FALSE(is_json(std::string("{}\0", 3)));
  CHECK_FALSE(is_json(std::string("\"a\0b\"", 5)));
  CHECK_FALSE(is_json("\"a\nb\""));
}

TEST_CASE("texts of any length are read, and what is no text is found at any place", "[api][value]") {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string plain(length, 'x');
    for (std::size_t place = 0; place <= length; ++place) {
      const auto with = [&](std::string_view inserted) {
        return "[\"" + plain.substr(0, place) + std::string(inserted) + plain.substr(place) + "\"]";
      };
      CAPTURE(length, place);
      const auto escaped = Document::parse(with("\\n"), levels);
      REQUIRE(escaped);
      CHECK(escaped->root().begin()->text() == plain.substr(0, place) + "\n" + plain.substr(place));
      const auto beyond = Document::parse(with("\u00e4"), levels);
      REQUIRE(beyond);
      CHECK(beyond->root().begin()->text() == plain.substr(0, place) + "\u00e4" + plain.substr(place));
      CHECK_FALSE(is_json(with("\x01")));
      CHECK_FALSE(is_json(with("\xff")));
      CHECK_FALSE(is_json(with("\"")));
      CHECK_FALSE(is_json(with("\"").substr(0, place + 2)));
    }
  }
}
