// Kind reading of JSON: what is absent, null or of another kind is "not there", never an exception.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/api/value.h"
#include "exporter/failure.h"
#include "exporter/result.h"

namespace taskqueue {

/// What requests are built of. Answers are read as Value.
using Json = nlohmann::json;

/// Parses an answer's body. Refuses more than 32 levels: reading them costs stack.
[[nodiscard]] Result<Document, Failure> parse_json(std::string_view body);

/// The member, or null if `object` is no object, has no such member, or it is JSON's null.
[[nodiscard]] const Value* member(const Value& object, std::string_view key);

/// The member as an array, or null.
[[nodiscard]] const Value* array_member(const Value& object, std::string_view key);

/// A list that an answer must have. JSON's null is an empty one, and null. Where there is none, or something else in
/// its place, the answer tells nothing, least of all that the list is empty.
[[nodiscard]] Result<const Value*, Failure> list_member(const Value& object, std::string_view key);

/// The text of a string member; empty for everything else. Lives as long as the document.
[[nodiscard]] std::string_view text_view(const Value& object, std::string_view key);

/// The same, to keep.
[[nodiscard]] std::string text_member(const Value& object, std::string_view key);

/// A whole number, also where it is written as a string; nothing for fractions and what does not fit.
[[nodiscard]] std::optional<std::int64_t> whole_member(const Value& object, std::string_view key);

/// How many there are of something: a whole number from 0 to a million million, so that counts can be added up; nothing
/// for any other.
[[nodiscard]] std::optional<std::int64_t> count_member(const Value& object, std::string_view key);

/// A time; nothing for every spelling of "not yet".
[[nodiscard]] std::optional<WallTime> time_member(const Value& object, std::string_view key);

/// A time given as seconds since 1970; nothing for what is none of the years 1970 to 9999.
[[nodiscard]] std::optional<WallTime> unix_time_member(const Value& object, std::string_view key);

}  // namespace taskqueue
