"""Usages: what data is used for, on which legal basis, by whom, until when; and the gaps that a DPO looks for."""
