// The promise of one answer: carried by the handler, perhaps to another thread, kept at most once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "exporter/web/mailbox.h"
#include "exporter/web/response.h"
#include "exporter/web/router.h"

namespace taskqueue::web {

/// Delivers the first answer to the server's thread; a 500 if it is destroyed before there was one. Thread-safe.
class PendingAnswer {
 public:
  using Deliver = std::function<void(Response)>;

  /// `deliver` runs on the server's thread, or not at all once the server has ended.
  PendingAnswer(std::shared_ptr<Mailbox> mailbox, Deliver deliver)
      : mailbox_(std::move(mailbox)), deliver_(std::move(deliver)) {}
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;
  ~PendingAnswer();

  void give(Response response);

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const Deliver deliver_;
  std::atomic<bool> given_{false};
};

/// The same as the callback that handlers get.
[[nodiscard]] Respond respond_through(std::shared_ptr<PendingAnswer> pending);

}  // namespace taskqueue::web
