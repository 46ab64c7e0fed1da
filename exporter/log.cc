#include "exporter/log.h"

#include <algorithm>
#include <cstdio>

#include "exporter/utc.h"

namespace taskqueue {
namespace {

std::string_view word(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return "info";
}

/// JSON's string syntax, which logfmt's quoted values share. Bytes that are not printable ASCII or UTF-8 continue as
/// they are.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escaped[8];
          std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
          out += escaped;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

bool needs_quotes(std::string_view text) {
  return text.empty() || !std::ranges::all_of(text, [](unsigned char c) {
           return c > ' ' && c != '"' && c != '=' && c != '\\' && c < 0x7f;
         });
}

void append_pair(std::string& out, LogFormat format, std::string_view key, std::string_view value) {
  if (format == LogFormat::json) {
    out += out.empty() ? "{" : ",";
    append_quoted(out, key);
    out += ':';
    append_quoted(out, value);
    return;
  }
  if (!out.empty()) out += ' ';
  out.append(key) += '=';
  if (needs_quotes(value)) {
    append_quoted(out, value);
  } else {
    out += value;
  }
}

}  // namespace

void StreamLog::write(LogLevel level, std::string_view room, std::string_view event, Fields fields) {
  std::string line;
  append_pair(line, style_.format, "time", utc_text(clock_.wall_now()));
  append_pair(line, style_.format, "level", word(level));
  append_pair(line, style_.format, "room", room);
  append_pair(line, style_.format, "event", event);
  for (const LogField& field : fields) {
    if (!field.value.empty()) append_pair(line, style_.format, field.key, field.value);
  }
  line += style_.format == LogFormat::json ? "}\n" : "\n";

  const Lock lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), stream_);
  std::fflush(stream_);
}

}  // namespace taskqueue
