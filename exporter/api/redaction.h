// What a provider says, without the secrets that we sent it: refusals like to repeat the request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exporter/failure.h"

namespace taskqueue {

class Redaction {
 public:
  /// From now on this is hidden, unless it is so short that it might be any word.
  void hide(std::string_view secret);

  /// The text with "(hidden)" in the place of each secret, also of one that the text's end cuts off.
  [[nodiscard]] std::string apply(std::string text) const;
  [[nodiscard]] Failure apply(Failure failure) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace taskqueue
