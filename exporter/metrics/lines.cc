#include "exporter/metrics/lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace taskqueue {
namespace {

/// Needs neither escaping nor a closer look.
bool is_plain(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '"' && c != '\n'; }

/// Length of the valid UTF-8 sequence at the start of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate_or_beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || surrogate_or_beyond ? 0 : length;
}

/// As written by append_label_value: each byte that is no UTF-8 becomes one.
std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<std::size_t>(sequence_length(text), 1));
  return count;
}

template <class Number>
void append_whole(std::string& out, Number value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

/// Never in scientific form, unlike a double: that is how people and strict parsers expect a time.
void append_seconds(std::string& out, WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  append_whole(out, whole.time_since_epoch().count());
  const std::string thousandths = std::to_string((time - whole).count());
  out.append(".").append(3 - thousandths.size(), '0').append(thousandths);
}

}  // namespace

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
  }
}

std::string bound_text(double bound) {
  std::string text;
  append_number(text, bound);
  if (text.find_first_not_of("0123456789") == std::string::npos) text += ".0";
  return text;
}

double unix_seconds(WallTime time) { return static_cast<double>(time.time_since_epoch().count()) / 1000; }

void append_label_value(std::string& out, std::string_view value) {
  while (!value.empty()) {
    const auto plain = std::ranges::find_if_not(value, is_plain) - value.begin();
    out += value.substr(0, static_cast<std::size_t>(plain));
    value.remove_prefix(static_cast<std::size_t>(plain));
    if (value.empty()) return;
    const std::size_t length = sequence_length(value);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      value.remove_prefix(1);
      continue;
    }
    switch (value[0]) {
      case '\\': out += "\\\\"; break;
      case '"': out += "\\\""; break;
      case '\n': out += "\\n"; break;
      default: out += value.substr(0, length);
    }
    value.remove_prefix(length);
  }
}

std::string label_text(std::initializer_list<Label> labels) {
  std::string text;
  for (const Label& label : labels) {
    if (label.value.empty()) continue;
    if (!text.empty()) text += ',';
    text.append(label.name) += "=\"";
    append_label_value(text, label.value);
    text += '"';
  }
  return text;
}

std::string exemplar_text(const Exemplar& exemplar) {
  constexpr std::string_view name = "task_id";
  constexpr std::size_t most_characters = 128;  // of names and values together
  if (exemplar.task_id.empty() || name.size() + character_count(exemplar.task_id) > most_characters) return {};
  std::string text = " # {" + label_text({{name, exemplar.task_id}}) + "} ";
  append_number(text, exemplar.value);
  text += ' ';
  append_seconds(text, exemplar.when);
  return text;
}

void Lines::mark(std::string exemplar) {
  if (!exemplar.empty()) content_.marks.push_back({content_.text.size() - 1, std::move(exemplar)});
}

void Lines::begin(std::string_view name, std::string_view labels) {
  content_.text += name;
  if (!shared_.empty() || !labels.empty()) {
    content_.text += '{';
    content_.text += shared_;
    if (!shared_.empty() && !labels.empty()) content_.text += ',';
    content_.text += labels;
    content_.text += '}';
  }
  content_.text += ' ';
}

void Lines::add(std::string_view name, std::initializer_list<Label> labels, double value) {
  add_rendered(name, label_text(labels), value);
}

void Lines::add_rendered(std::string_view name, std::string_view labels, double value) {
  begin(name, labels);
  append_number(content_.text, value);
  content_.text += '\n';
}

void Lines::add(std::string_view name, std::initializer_list<Label> labels, std::int64_t value) {
  begin(name, label_text(labels));
  append_whole(content_.text, value);
  content_.text += '\n';
}

void Lines::add(std::string_view name, std::initializer_list<Label> labels, std::uint64_t value) {
  begin(name, label_text(labels));
  append_whole(content_.text, value);
  content_.text += '\n';
}

}  // namespace taskqueue
