#include "exporter/simulator/parameters.h"

#include <charconv>
#include <string>
#include <utility>

namespace taskqueue::simulator {
namespace {

Unexpected<ApiError> malformed(const std::string& why) { return refuse("InvalidParameter", why); }

Unexpected<ApiError> wrong_kind(const std::string& name) {
  return malformed("The value type of parameter `" + name + "` is not valid.");
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// `Filters.0.Name=x` becomes {"Filters": {"0": {"Name": "x"}}}; the check makes lists of it.
void put(Json& tree, std::string_view name, const std::string& value) {
  Json* place = &tree;
  while (true) {
    const auto dot = name.find('.');
    if (!place->is_object()) *place = Json::object();
    place = &(*place)[std::string(name.substr(0, dot))];
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  *place = value;
}

Json read_query(std::string_view query) {
  Json tree = Json::object();
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const auto equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (!pair.empty()) put(tree, decoded(pair.substr(0, equals)), decoded(value));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
  }
  return tree;
}

Result<Json, ApiError> read_body(const Request& request) {
  const std::string type = lower(request.header("Content-Type").value_or(""));
  if (request.method == "GET") {
    if (!type.starts_with("application/x-www-form-urlencoded")) {
      return malformed("GET needs the Content-Type application/x-www-form-urlencoded.");
    }
    return read_query(request.query());
  }
  if (!type.starts_with("application/json")) return malformed("The Content-Type is not supported here.");
  if (request.body.empty()) return Json::object();
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return malformed("The body is not a JSON object.");
  return body;
}

class Check {
 public:
  Check(const Quirks& quirks, bool flattened) : quirks_(quirks), flattened_(flattened) {}

  [[nodiscard]] Verdict object(Json& value, std::span<const Parameter> known, const std::string& path) const {
    for (const auto& [name, field] : value.items()) {
      const std::string whole_name = path + name;
      const auto parameter = std::ranges::find(known, std::string_view(name), &Parameter::name);
      if (parameter == known.end() || (quirks_.seed_only && parameter->newer)) {
        return refuse("UnknownParameter", "The parameter `" + whole_name + "` is not recognized.");
      }
      if (field.is_null()) continue;
      if (auto verdict = one(field, *parameter, whole_name); !verdict) return verdict;
    }
    for (const Parameter& parameter : known) {
      const auto field = value.find(parameter.name);
      if (field != value.end() && (field->is_null() || (quirks_.ignore_new && parameter.ignorable))) value.erase(field);
      if (parameter.required && !value.contains(parameter.name)) {
        return refuse("MissingParameter",
                      "The request is missing a required parameter `" + path + std::string(parameter.name) + "`.");
      }
    }
    return Done{};
  }

 private:
  [[nodiscard]] Verdict one(Json& value, const Parameter& parameter, const std::string& path) const {
    switch (parameter.kind) {
      case Kind::text: return value.is_string() ? Verdict(Done{}) : wrong_kind(path);
      case Kind::integer: return integer(value, path);
      case Kind::boolean: return boolean(value, path);
      case Kind::object: return value.is_object() ? object(value, parameter.fields, path + ".") : wrong_kind(path);
      case Kind::texts:
      case Kind::objects: return list(value, parameter, path);
    }
    return wrong_kind(path);
  }

  /// A whole number, also as text: the vendor's own sample sends "5".
  [[nodiscard]] static Verdict integer(Json& value, const std::string& path) {
    if (value.is_number_integer()) return Done{};
    if (!value.is_string()) return wrong_kind(path);
    const auto text = value.get<std::string>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return wrong_kind(path);
    value = number;
    return Done{};
  }

  [[nodiscard]] Verdict boolean(Json& value, const std::string& path) const {
    if (value.is_boolean()) return Done{};
    if (!flattened_ || (value != "true" && value != "false")) return wrong_kind(path);
    value = value == "true";
    return Done{};
  }

  [[nodiscard]] Verdict list(Json& value, const Parameter& parameter, const std::string& path) const {
    if (flattened_ && value.is_object()) {
      Json items = Json::array();
      for (std::size_t i = 0; value.contains(std::to_string(i)); ++i) items.push_back(value[std::to_string(i)]);
      if (items.size() != value.size()) return wrong_kind(path);
      value = std::move(items);
    }
    if (!value.is_array()) return wrong_kind(path);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string place = path + "." + std::to_string(i);
      const bool right = parameter.kind == Kind::texts ? value[i].is_string() : value[i].is_object();
      if (!right) return wrong_kind(place);
      if (parameter.kind == Kind::texts) continue;
      if (auto verdict = object(value[i], parameter.fields, place + "."); !verdict) return verdict;
    }
    return Done{};
  }

  const Quirks& quirks_;
  bool flattened_;
};

}  // namespace

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    if (escaped) {
      plain += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

Result<Json, ApiError> read_parameters(const Request& request, std::span<const Parameter> known, const Quirks& quirks) {
  auto parameters = read_body(request);
  if (!parameters) return parameters;
  const auto verdict = Check(quirks, request.method == "GET").object(*parameters, known, "");
  if (!verdict) return Unexpected(verdict.error());
  return parameters;
}

}  // namespace taskqueue::simulator
