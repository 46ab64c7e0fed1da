#include "exporter/simulator/xml.h"

namespace taskqueue::simulator {
namespace {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      default: safe += c;
    }
  }
  return safe;
}

}  // namespace

std::string xml_element(std::string_view name, const Json& value) {
  std::string text;
  if (value.is_array()) {
    for (const Json& item : value) text += xml_element(name, item);
    return text;
  }
  text = "<" + std::string(name) + ">";
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) text += xml_element(key, child);
  } else if (value.is_string()) {
    text += escaped(value.get<std::string>());
  } else if (!value.is_null()) {
    text += value.dump();
  }
  return text + "</" + std::string(name) + ">";
}

}  // namespace taskqueue::simulator
