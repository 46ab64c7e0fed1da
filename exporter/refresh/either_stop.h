// Stops when one of two is told to.
#pragma once

#include <stop_token>
#include <utility>

namespace taskqueue {

class EitherStop {
 public:
  EitherStop(std::stop_token one, std::stop_token other)
      : one_(std::move(one), Forward{source_}), other_(std::move(other), Forward{source_}) {}
  EitherStop(const EitherStop&) = delete;
  EitherStop& operator=(const EitherStop&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  struct Forward {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };
  std::stop_source source_;
  std::stop_callback<Forward> one_;
  std::stop_callback<Forward> other_;
};

}  // namespace taskqueue
