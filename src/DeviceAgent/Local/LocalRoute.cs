using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>What answers a method and a path.</summary>
internal sealed record LocalRoute(string Method, string Path, RouteGuard Guard, RequestDelegate Handle);
