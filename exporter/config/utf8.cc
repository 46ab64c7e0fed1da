#include "exporter/config/utf8.h"

#include <array>

namespace taskqueue {
namespace {

/// What the first byte says: how long the character is and between which bounds the second byte lies. The bounds of the
/// second byte keep out overlong forms, surrogates and what lies above U+10FFFF.
struct Lead {
  unsigned char first, last;
  std::size_t length;
  unsigned char low, high;
};
constexpr std::array<Lead, 8> leads{{{0xC2, 0xDF, 2, 0x80, 0xBF},
                                     {0xE0, 0xE0, 3, 0xA0, 0xBF},
                                     {0xE1, 0xEC, 3, 0x80, 0xBF},
                                     {0xED, 0xED, 3, 0x80, 0x9F},
                                     {0xEE, 0xEF, 3, 0x80, 0xBF},
                                     {0xF0, 0xF0, 4, 0x90, 0xBF},
                                     {0xF1, 0xF3, 4, 0x80, 0xBF},
                                     {0xF4, 0xF4, 4, 0x80, 0x8F}}};

bool is_between(char c, unsigned char low, unsigned char high) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  if (is_between(text[0], 0x00, 0x7F)) return 1;
  for (const Lead& lead : leads) {
    if (!is_between(text[0], lead.first, lead.last)) continue;
    if (text.size() < lead.length || !is_between(text[1], lead.low, lead.high)) return 0;
    for (std::size_t i = 2; i < lead.length; ++i) {
      if (!is_between(text[i], 0x80, 0xBF)) return 0;
    }
    return lead.length;
  }
  return 0;
}

}  // namespace taskqueue
