#include "exporter/api/fields.h"

#include <charconv>
#include <utility>

#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr int deepest = 32;
constexpr std::int64_t most_counted = 1'000'000'000'000;

}  // namespace

Result<Document, Failure> parse_json(std::string_view body) {
  auto parsed = Document::parse(body, deepest);
  if (parsed) return std::move(*parsed);
  return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "the answer is not JSON, or nested too deep"});
}

const Value* member(const Value& object, std::string_view key) {
  const Value* found = object.find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

const Value* array_member(const Value& object, std::string_view key) {
  const Value* found = member(object, key);
  return found != nullptr && found->is_array() ? found : nullptr;
}

Result<const Value*, Failure> list_member(const Value& object, std::string_view key) {
  const Value* found = object.find(key);
  if (found != nullptr && (found->is_array() || found->is_null())) return found->is_array() ? found : nullptr;
  return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "the answer has no " + std::string(key)});
}

std::string_view text_view(const Value& object, std::string_view key) {
  const Value* found = member(object, key);
  return found != nullptr && found->is_text() ? found->text() : std::string_view();
}

std::string text_member(const Value& object, std::string_view key) { return std::string(text_view(object, key)); }

std::optional<std::int64_t> whole_member(const Value& object, std::string_view key) {
  const Value* found = member(object, key);
  if (found == nullptr || found->text().empty()) return std::nullopt;
  const std::string_view text = found->text();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> count_member(const Value& object, std::string_view key) {
  const auto count = whole_member(object, key);
  return count && *count >= 0 && *count <= most_counted ? count : std::nullopt;
}

std::optional<WallTime> time_member(const Value& object, std::string_view key) {
  const Value* found = member(object, key);
  return found != nullptr && found->is_text() ? parse_utc(found->text()) : std::nullopt;
}

std::optional<WallTime> unix_time_member(const Value& object, std::string_view key) {
  const auto seconds = whole_member(object, key);
  if (!seconds || *seconds < 0 || *seconds > last_utc.time_since_epoch() / std::chrono::seconds{1}) return std::nullopt;
  return WallTime{std::chrono::seconds{*seconds}};
}

}  // namespace taskqueue
