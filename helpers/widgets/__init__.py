"""Things to click, each with a static face that reads the same without a kernel."""

from __future__ import annotations

from helpers.widgets.maps import Cluster, ClusterMap, cluster_map
from helpers.widgets.predictions import Prediction, predict
from helpers.widgets.recall import Question, Quiz, quiz
from helpers.widgets.reviewing import Review, review

__all__ = ["Cluster", "ClusterMap", "Prediction", "Question", "Quiz", "Review", "cluster_map", "predict", "quiz", "review"]
