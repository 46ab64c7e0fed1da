#include "exporter/api/value.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <utility>

#include "exporter/ascii.h"
#include "exporter/config/utf8.h"

namespace taskqueue {
namespace {

// Below this a byte of a text stands for itself: no quote, no escape, no control character, nothing beyond ASCII.
constexpr std::array<bool, 256> is_plain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

#if defined(__SSE2__)
constexpr std::ptrdiff_t step = 16;

/// How many of the next `step` bytes are plain before one that is not. Texts are the bulk of an answer.
int count_plain(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i slashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  // As signed numbers, what is beyond ASCII is below the control characters.
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
  const int others = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, slashes), low));
  return std::countr_zero(static_cast<std::uint32_t>(others) | 0x10000U);
}
#else
constexpr std::ptrdiff_t step = 1;

int count_plain(const char* at) { return is_plain[static_cast<unsigned char>(*at)] ? 1 : 0; }
#endif

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char* put_utf8(char* to, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { *to++ = static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
  return to;
}

}  // namespace

/// Reads a text from its front to its end into values, in the order in which they begin. Functions give false where
/// the text is no JSON. The text ends with a zero byte, which no JSON goes on with.
class ValueReader {
 public:
  ValueReader(std::string& text, std::vector<Value>& values, int most_levels)
      : at_(text.data()), end_(text.data() + text.size()), values_(values), levels_left_(most_levels) {}

  bool read() {
    skip_space();
    if (!read_value({})) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  bool read_value(std::string_view key);
  bool read_array(std::size_t place);
  bool read_object(std::size_t place);
  bool read_text(std::string_view& text);
  bool read_rest_of_text(char* begin, std::string_view& text);
  bool read_escape(char*& to);
  bool read_code_unit(std::uint32_t& unit);
  bool read_number(std::string_view& text);
  bool read_digits();
  bool read_word(std::string_view word);

  void skip_space() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
  }
  bool eat(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }

  char* at_;
  char* const end_;
  std::vector<Value>& values_;
  int levels_left_;
};

bool ValueReader::read_value(std::string_view key) {
  const std::size_t place = values_.size();
  Value& value = values_.emplace_back();
  value.key_ = key;
  switch (*at_) {
    case '{':
    case '[': {
      if (levels_left_ == 0) return false;
      --levels_left_;
      value.kind_ = *at_ == '{' ? Value::Kind::object : Value::Kind::array;
      const bool good = *at_++ == '{' ? read_object(place) : read_array(place);
      ++levels_left_;
      values_[place].span_ = static_cast<std::uint32_t>(values_.size() - place);
      return good;
    }
    case '"': value.kind_ = Value::Kind::text; return read_text(value.text_);
    case 'n': value.kind_ = Value::Kind::null; return read_word("null");
    case 't': value.kind_ = Value::Kind::boolean; return read_word("true");
    case 'f': value.kind_ = Value::Kind::boolean; return read_word("false");
    default: value.kind_ = Value::Kind::number; return read_number(value.text_);
  }
}

bool ValueReader::read_array(std::size_t place) {
  std::uint32_t size = 0;
  skip_space();
  if (eat(']')) return true;
  do {
    skip_space();
    if (!read_value({})) return false;
    ++size;
    skip_space();
  } while (eat(','));
  values_[place].size_ = size;
  return eat(']');
}

bool ValueReader::read_object(std::size_t place) {
  std::uint32_t size = 0;
  skip_space();
  if (eat('}')) return true;
  do {
    skip_space();
    std::string_view key;
    if (*at_ != '"' || !read_text(key)) return false;
    skip_space();
    if (!eat(':')) return false;
    skip_space();
    if (!read_value(key)) return false;
    ++size;
    skip_space();
  } while (eat(','));
  values_[place].size_ = size;
  return eat('}');
}

bool ValueReader::read_text(std::string_view& text) {
  char* const begin = ++at_;
  for (std::ptrdiff_t plain = step; plain == step && end_ - at_ >= step; at_ += plain) plain = count_plain(at_);
  while (is_plain[static_cast<unsigned char>(*at_)]) ++at_;
  if (*at_ != '"') return read_rest_of_text(begin, text);
  text = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  return true;
}

/// From the first byte on that does not stand for itself. Escapes are longer than what they stand for.
bool ValueReader::read_rest_of_text(char* begin, std::string_view& text) {
  char* to = at_;
  while (*at_ != '"') {
    const auto byte = static_cast<unsigned char>(*at_);
    if (is_plain[byte]) {
      *to++ = *at_++;
    } else if (byte == '\\') {
      if (!read_escape(to)) return false;
    } else if (byte < 0x20) {
      return false;
    } else {
      const std::size_t length = utf8_length({at_, static_cast<std::size_t>(end_ - at_)});
      if (length == 0) return false;
      for (std::size_t i = 0; i < length; ++i) *to++ = *at_++;
    }
  }
  text = {begin, static_cast<std::size_t>(to - begin)};
  ++at_;
  return true;
}

bool ValueReader::read_code_unit(std::uint32_t& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(*at_);
    if (digit < 0) return false;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
    ++at_;
  }
  return true;
}

bool ValueReader::read_escape(char*& to) {
  static constexpr std::string_view letters = "\"\\/bfnrt";
  static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  ++at_;
  if (!eat('u')) {
    const std::size_t letter = *at_ == '\0' ? std::string_view::npos : letters.find(*at_);
    if (letter == std::string_view::npos) return false;
    *to++ = meanings[letter];
    ++at_;
    return true;
  }
  std::uint32_t code = 0;
  if (!read_code_unit(code)) return false;
  if (code >= 0xDC00 && code < 0xE000) return false;
  if (code >= 0xD800 && code < 0xDC00) {
    std::uint32_t low = 0;
    if (!eat('\\') || !eat('u') || !read_code_unit(low) || low < 0xDC00 || low >= 0xE000) return false;
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  to = put_utf8(to, code);
  return true;
}

bool ValueReader::read_digits() {
  if (!is_digit(*at_)) return false;
  while (is_digit(*at_)) ++at_;
  return true;
}

bool ValueReader::read_number(std::string_view& text) {
  const char* const begin = at_;
  eat('-');
  if (!eat('0') && !read_digits()) return false;
  if (eat('.') && !read_digits()) return false;
  if (eat('e') || eat('E')) {
    if (!eat('+')) eat('-');
    if (!read_digits()) return false;
  }
  text = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool ValueReader::read_word(std::string_view word) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

const Value* Value::find(std::string_view key) const {
  if (kind_ != Kind::object) return nullptr;
  for (const Value& member : *this) {
    if (member.key_ == key) return &member;
  }
  return nullptr;
}

Document::Document() : Document(*parse("{}", 1)) {}

std::optional<Document> Document::parse(std::string_view text, int most_levels) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  auto content = std::make_shared<Content>();
  content->text = text;
  content->values.reserve(text.size() / 24 + 4);
  if (!ValueReader(content->text, content->values, most_levels).read()) return std::nullopt;
  const Value* const root = content->values.data();
  return Document(std::move(content), root);
}

}  // namespace taskqueue
