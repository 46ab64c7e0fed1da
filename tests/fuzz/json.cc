// JSON as answers come in, beside a reader of another house.
#include <nlohmann/json.hpp>

#include "exporter/api/fields.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

constexpr int most_levels = 32;

int levels(const Value& value) {
  int deepest = 0;
  if (!value.is_array() && !value.is_object()) return deepest;
  for (const Value& each : value) deepest = std::max(deepest, levels(each));
  return deepest + 1;
}

void check_equal(const Value& ours, const Json& theirs) {
  switch (ours.kind()) {
    case Value::Kind::null: return must(theirs.is_null(), "both read null");
    case Value::Kind::boolean: return must(theirs.is_boolean(), "both read a boolean");
    case Value::Kind::number: return must(theirs.is_number(), "both read a number");
    case Value::Kind::text:
      return must(theirs.is_string() && theirs.get_ref<const std::string&>() == ours.text(), "both read the same text");
    case Value::Kind::array:
      must(theirs.is_array() && theirs.size() == ours.size(), "both read an array of that size");
      for (std::size_t i = 0; const Value& each : ours) check_equal(each, theirs[i++]);
      return;
    case Value::Kind::object:
      must(theirs.is_object() && theirs.size() <= ours.size(), "both read an object");
      for (const Value& each : ours) must(theirs.contains(each.key()), "both read the same names");
      // Of a name given twice we take the first, they the last.
      if (theirs.size() < ours.size()) return;
      for (const Value& each : ours) check_equal(each, theirs.at(std::string(each.key())));
  }
}

/// Numbers too large for a double are numbers to us, since we only ever want whole ones.
bool has_huge_number(std::string_view text) {
  try {
    const Json read = Json::parse(text);
    must(!read.is_discarded(), "the other reader agrees with itself");
  } catch (const Json::out_of_range&) {
    return true;
  } catch (const Json::parse_error&) {
    return false;
  }
  return false;
}

const Fuzzer json_fuzzer("json", [](std::string_view input) {
  const auto ours = Document::parse(input, most_levels);
  const Json theirs = Json::parse(input, nullptr, false);
  if (ours) {
    must(levels(*ours) <= most_levels, "nobody reads deeper than was asked for");
    if (theirs.is_discarded()) return must(has_huge_number(input), "what is no JSON is refused");
    return check_equal(*ours, theirs);
  }
  const bool has_mark = input.starts_with("\xef\xbb\xbf");  // RFC 8259, 8.1: may be refused
  const bool has_end = input.find('\0') != std::string_view::npos;  // the other reader takes it for the end
  const bool is_deep = Document::parse(input, 100000).has_value();
  must(theirs.is_discarded() || has_mark || has_end || is_deep, "what is JSON is read");
});

}  // namespace
}  // namespace taskqueue::fuzz
