// The way from other threads into the server's thread. It outlives the server, so that a late answer falls into
// nothing instead of into freed memory.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>

#include "exporter/locks.h"

namespace taskqueue::web {

/// Thread-safe.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::io_context& context) : context_(&context) {}

  /// Has the server's thread run `work` soon; drops it once the mailbox is closed.
  void post(std::function<void()> work);
  /// To be called before the io_context ends.
  void close();

 private:
  Mutex mutex_;  // held while posting, so that closing waits for it
  boost::asio::io_context* context_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue::web
