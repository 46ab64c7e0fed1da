// The files of page/, compiled in. Served from their own paths, so that the page's policy needs no inline exceptions.
#pragma once

#include <string_view>

namespace taskqueue::web {

/// CSS. Light and dark as the reader's system has it; on narrow screens each queue becomes a card.
extern const std::string_view style_css;

/// Live updates, search and sort.
extern const std::string_view status_js;

/// Bars of a queue getting shorter.
extern const std::string_view icon_svg;

}  // namespace taskqueue::web
