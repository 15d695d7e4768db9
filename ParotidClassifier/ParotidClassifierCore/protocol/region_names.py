"""The regions of the study: the tumour and the ring around it."""

TUMOR = "Tumor"
EXTERNAL2 = "External2"
REGIONS = (TUMOR, EXTERNAL2)
