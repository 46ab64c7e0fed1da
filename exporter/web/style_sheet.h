// The looks of the status page. Served from their own paths, so that the page's policy needs no inline exceptions.
#pragma once

#include <string_view>

namespace taskqueue::web {

/// CSS. Light and dark as the reader's system has it; below 60 em of width each queue becomes a card.
extern const std::string_view style_sheet;

/// SVG: bars of a queue getting shorter.
extern const std::string_view icon;

}  // namespace taskqueue::web
