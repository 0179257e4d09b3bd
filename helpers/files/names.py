"""The words by which a column's role is known."""

from __future__ import annotations

__all__ = ["NAMES", "ROLES"]

ROLES = ("input", "target", "context", "group", "date", "id", "split")
NAMES = {  # in the order in which they are looked for; a column has one role
    "id": "uid uuid guid key row_id example_id record_id ticket_id index",
    "date": "datetime timestamp created created_at created_on posted posted_at published published_at sent sent_at received time day "
    "datum fecha",
    "split": "partition subset",
    "group": "group_id user user_id username customer customer_id client client_id author author_id writer patient patient_id speaker "
    "session session_id conversation conversation_id thread thread_id account account_id document_id doc_id source_id site",
    "target": "label labels answer answers output class category categories sentiment response completion summary summaries gold "
    "expected expected_output y tag tags intent rating stars topic queue mood emotion "
    "reference references extracted entities annotation json truth ground_truth verdict",
    "context": "passage background evidence paragraph contexts",
    "input": "text question query prompt sentence message review body content document abstract mail email comment tweet "
    "utterance description title subject article post ticket request note",
}
