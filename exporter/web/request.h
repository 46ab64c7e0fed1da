// What a client asked, as a plain value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskqueue::web {

struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

/// One `name=value` of a query, decoded.
struct Parameter {
  std::string name;
  std::string value;

  bool operator==(const Parameter&) const = default;
};

struct Request {
  std::string method;            // as sent: GET, HEAD, ...
  std::string path;              // percent-decoded, without the query
  std::vector<Parameter> query;  // in the order sent
  std::vector<Header> headers;   // in the order sent
  std::string peer;              // 192.0.2.7:50123, [2001:db8::1]:50123

  /// The value of the first header of this name, whatever its case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  /// The values of all headers of this name as one list, which is what they mean (RFC 9110, 5.3).
  [[nodiscard]] std::optional<std::string> list(std::string_view name) const;
  /// The values of every query parameter of this name.
  [[nodiscard]] std::vector<std::string> parameters(std::string_view name) const;
};

struct Target {
  std::string path;
  std::vector<Parameter> query;

  bool operator==(const Target&) const = default;
};

/// Reads a request target: `/path?query`, or the whole URL that a client sends to a proxy. In the query `+` is a
/// space. Nothing for other forms and for broken percent signs in the path; in the query these stay as they are.
[[nodiscard]] std::optional<Target> split_target(std::string_view text);

/// ASCII only, as header names are.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);

}  // namespace taskqueue::web
