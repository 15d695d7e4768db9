"""IBSI tags of the 102 features that PyRadiomics and IBSI-1 both define, under both names."""

_GLCM = {
    "joint_max": "MaximumProbability", "joint_avg": "JointAverage", "joint_var": "SumSquares",
    "joint_entr": "JointEntropy", "diff_avg": "DifferenceAverage", "diff_var": "DifferenceVariance",
    "diff_entr": "DifferenceEntropy", "sum_avg": "SumAverage", "sum_entr": "SumEntropy",
    "energy": "JointEnergy", "contrast": "Contrast", "inv_diff": "Id", "inv_diff_norm": "Idn",
    "inv_diff_mom": "Idm", "inv_diff_mom_norm": "Idmn", "inv_var": "InverseVariance",
    "corr": "Correlation", "auto_corr": "Autocorrelation", "clust_tend": "ClusterTendency",
    "clust_shade": "ClusterShade", "clust_prom": "ClusterProminence", "info_corr1": "Imc1",
    "info_corr2": "Imc2",
}  # fmt: skip
_GLRLM = {
    "sre": "ShortRunEmphasis", "lre": "LongRunEmphasis", "lgre": "LowGrayLevelRunEmphasis",
    "hgre": "HighGrayLevelRunEmphasis", "srlge": "ShortRunLowGrayLevelEmphasis",
    "srhge": "ShortRunHighGrayLevelEmphasis", "lrlge": "LongRunLowGrayLevelEmphasis",
    "lrhge": "LongRunHighGrayLevelEmphasis", "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized", "rlnu": "RunLengthNonUniformity",
    "rlnu_norm": "RunLengthNonUniformityNormalized", "r_perc": "RunPercentage",
    "gl_var": "GrayLevelVariance", "rl_var": "RunVariance", "rl_entr": "RunEntropy",
}  # fmt: skip
_GLSZM = {
    "sze": "SmallAreaEmphasis", "lze": "LargeAreaEmphasis", "lgze": "LowGrayLevelZoneEmphasis",
    "hgze": "HighGrayLevelZoneEmphasis", "szlge": "SmallAreaLowGrayLevelEmphasis",
    "szhge": "SmallAreaHighGrayLevelEmphasis", "lzlge": "LargeAreaLowGrayLevelEmphasis",
    "lzhge": "LargeAreaHighGrayLevelEmphasis", "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized", "zsnu": "SizeZoneNonUniformity",
    "zsnu_norm": "SizeZoneNonUniformityNormalized", "z_perc": "ZonePercentage",
    "gl_var": "GrayLevelVariance", "zs_var": "ZoneVariance", "zs_entr": "ZoneEntropy",
}  # fmt: skip
_GLDM = {
    "lde": "SmallDependenceEmphasis", "hde": "LargeDependenceEmphasis",
    "lgce": "LowGrayLevelEmphasis", "hgce": "HighGrayLevelEmphasis",
    "ldlge": "SmallDependenceLowGrayLevelEmphasis", "ldhge": "SmallDependenceHighGrayLevelEmphasis",
    "hdlge": "LargeDependenceLowGrayLevelEmphasis", "hdhge": "LargeDependenceHighGrayLevelEmphasis",
    "glnu": "GrayLevelNonUniformity", "dcnu": "DependenceNonUniformity",
    "dcnu_norm": "DependenceNonUniformityNormalized", "gl_var": "GrayLevelVariance",
    "dc_var": "DependenceVariance", "dc_entr": "DependenceEntropy",
}  # fmt: skip
_NGTDM = ("Coarseness", "Contrast", "Busyness", "Complexity", "Strength")
_STATISTICS = {
    "stat_mean": "Mean", "stat_var": "Variance", "stat_skew": "Skewness", "stat_kurt": "Kurtosis",
    "stat_median": "Median", "stat_min": "Minimum", "stat_p10": "10Percentile",
    "stat_p90": "90Percentile", "stat_max": "Maximum", "stat_iqr": "InterquartileRange",
    "stat_range": "Range", "stat_mad": "MeanAbsoluteDeviation",
    "stat_rmad": "RobustMeanAbsoluteDeviation", "stat_energy": "Energy",
    "stat_rms": "RootMeanSquared", "ih_entropy": "Entropy", "ih_uniformity": "Uniformity",
}  # fmt: skip
_SHAPE = {
    "morph_volume": "MeshVolume", "morph_vol_approx": "VoxelVolume",
    "morph_area_mesh": "SurfaceArea", "morph_av": "SurfaceVolumeRatio",
    "morph_sphericity": "Sphericity", "morph_diam": "Maximum3DDiameter",
    "morph_pca_maj_axis": "MajorAxisLength", "morph_pca_min_axis": "MinorAxisLength",
    "morph_pca_least_axis": "LeastAxisLength", "morph_pca_elongation": "Elongation",
    "morph_pca_flatness": "Flatness",
}  # fmt: skip
# IBSI tag → "class_feature" of PyRadiomics, for every feature that both define the same way.
PYRADIOMICS_NAMES = {
    **{tag: f"shape_{name}" for tag, name in _SHAPE.items()},
    **{tag: f"firstorder_{name}" for tag, name in _STATISTICS.items()},
    **{f"cm_{tag}_3D_avg": f"glcm_{name}" for tag, name in _GLCM.items()},
    **{f"rlm_{tag}_3D_avg": f"glrlm_{name}" for tag, name in _GLRLM.items()},
    **{f"szm_{tag}_3D": f"glszm_{name}" for tag, name in _GLSZM.items()},
    **{f"ngl_{tag}_3D": f"gldm_{name}" for tag, name in _GLDM.items()},
    **{f"ngt_{name.lower()}_3D": f"ngtdm_{name}" for name in _NGTDM},
}
