"""Mails: put aside in the transaction of what they tell, sent afterwards by `dataspace mail send`."""
