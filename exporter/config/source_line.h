// Lines of the configuration as they may be shown: without secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace taskqueue {

/// True for a key whose value might be a secret, also where it is misspelt: secret_kye, redis, password.
[[nodiscard]] bool looks_secret(std::string_view key);

/// True for what is surely a path and so no secret put where its file's name belongs: "/run/key", "./key", "../key".
[[nodiscard]] bool looks_like_path(std::string_view value);

/// The lines of a TOML text.
class SourceLines {
 public:
  /// Uses, does not own, `text`.
  explicit SourceLines(std::string_view text);

  /// Line `line`, from 1; empty where there is none. On a line that gives a secret, or goes on with one, `***` stands
  /// for everything behind the key; in a URL, for user and password. Bytes that a terminal might obey or that are not
  /// UTF-8 become U+FFFD, so that columns stay right.
  [[nodiscard]] std::string shown(std::size_t line) const;

  /// True where shown() hides something because it may be a secret.
  [[nodiscard]] bool hides(std::size_t line) const;

 private:
  struct Line {
    std::string_view text;
    std::size_t statement;  // the line, from 0, on which the statement began that goes on here
  };
  std::vector<Line> lines_;
};

}  // namespace taskqueue
