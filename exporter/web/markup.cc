#include "exporter/web/markup.h"

#include "exporter/web/html.h"

namespace taskqueue::web {

std::string element(std::string_view tag, std::string_view attributes, std::string_view inside) {
  std::string html = "<" + std::string(tag);
  if (!attributes.empty()) {
    if (attributes.front() != ' ') html += ' ';
    html.append(attributes);
  }
  return html.append(">").append(inside).append("</").append(tag).append(">");
}

std::string attribute(std::string_view name, std::string_view value) {
  return ' ' + std::string(name) + "=\"" + escape(value) + '"';
}

std::string_view unknown_value() {
  return "<span class=\"unknown\"><span aria-hidden=\"true\">–</span><span class=\"heard\">not known</span></span>";
}

}  // namespace taskqueue::web
